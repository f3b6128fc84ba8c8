package io.ringmount.bench;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The directory that every subject serves: one file to read and one to write. */
final class SampleData {
  /** The file that is read. */
  static final String INPUT = "data";

  /** The file that is written, over and over. */
  static final String OUTPUT = "output";

  static final long INPUT_SIZE = 256L << 20;
  static final long OUTPUT_SIZE = 64L << 20;

  private final Path directory;

  private SampleData(Path directory) {
    this.directory = directory;
  }

  /** Writes both files into {@code directory}, which is empty, and waits for the disk. */
  static SampleData write(Path directory) throws IOException {
    Random random = new Random(1);
    fill(directory.resolve(INPUT), INPUT_SIZE, random);
    fill(directory.resolve(OUTPUT), OUTPUT_SIZE, random);
    SampleData data = new SampleData(directory);
    data.withFile(INPUT, FileOps::fsync, "fsync");
    data.withFile(OUTPUT, FileOps::fsync, "fsync");
    return data;
  }

  Path directory() {
    return directory;
  }

  /**
   * Before a burst of {@code operation}: what earlier bursts wrote is on the disk when this one
   * waits for the disk, and the pages that are read are cached or not as the operation has it.
   */
  void prepare(Operation operation) throws IOException {
    if (operation.waitsForStorage()) {
      withFile(OUTPUT, FileOps::fdatasync, "fdatasync");
    }
    if (operation == Operation.COLD_READ) {
      withFile(
          INPUT, fd -> FileOps.fadvise(fd, 0, 0, FileFlags.POSIX_FADV_DONTNEED), "posix_fadvise");
    } else if (!isCached()) {
      Files.copy(directory.resolve(INPUT), OutputStream.nullOutputStream());
    }
  }

  /** Whether all of the file that is read is in the page cache; the kernel may drop any of it. */
  boolean isCached() throws IOException {
    try (FileChannel input = FileChannel.open(directory.resolve(INPUT));
        Arena mapping = Arena.ofConfined()) {
      return input.map(MapMode.READ_ONLY, 0, INPUT_SIZE, mapping).isLoaded();
    }
  }

  /** A system call on an open file. */
  private interface FileCall {
    long on(int fd);
  }

  private void withFile(String name, FileCall call, String what) throws LinuxException {
    Path file = directory.resolve(name);
    int fd = FileOps.open(file, FileFlags.O_RDONLY);
    try {
      LinuxException.check(call.on(fd), what, file.toString());
    } finally {
      FileOps.close(fd);
    }
  }

  private static void fill(Path file, long size, Random random) throws IOException {
    byte[] block = new byte[1 << 20];
    try (var out = Files.newOutputStream(file)) {
      for (long written = 0; written < size; written += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }
}
