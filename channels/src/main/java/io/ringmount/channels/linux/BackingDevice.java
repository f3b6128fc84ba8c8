package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the kernel keeps about the storage behind a mount without a disk of its own ({@code
 * mm/backing-dev.c}), as {@code /sys/class/bdi} shows it.
 */
public final class BackingDevice {
  private static final Path ALL = Path.of("/sys/class/bdi");
  private static final int KIB = 1024;

  private final Path directory;

  /**
   * Names the device of a FUSE mount.
   *
   * @param minor minor number of {@code st_dev} on the mount: {@link MountEntry#deviceMinor}
   */
  public BackingDevice(int minor) {
    directory = ALL.resolve("0:" + minor);
  }

  /**
   * How far the kernel reads ahead of who reads a file in order, in bytes.
   *
   * @throws IOException the file is not there
   */
  public long readahead() throws IOException {
    return KernelFile.readNumber(readaheadFile()) * KIB;
  }

  /**
   * Sets that, for files that are opened from now on.
   *
   * @param bytes rounded down to whole KiB; 0: not at all
   * @throws IOException the file is not there, or must not be written
   */
  public void readahead(long bytes) throws IOException {
    Files.writeString(readaheadFile(), Long.toString(bytes / KIB), StandardOpenOption.WRITE);
  }

  private Path readaheadFile() {
    return directory.resolve("read_ahead_kb");
  }
}
