package io.ringmount.bench;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.nio.file.Path;

/**
 * One row of a comparison: an operation that client threads repeat on a file of the mount.
 *
 * @param name as printed
 * @param threads how many clients at once
 * @param operation what each of them repeats
 */
record Workload(String name, int threads, Operation operation) {
  /** Bytes of the file that every workload reads. */
  static final long FILE_SIZE = 256L << 20;

  /** The operations; each is one request to the file system when nothing is cached. */
  enum Operation {
    /** statx(2) of an open file, which asks the server: one GETATTR. */
    FSTAT(0),
    /** pread(2) of 4 KiB at a random page: one READ. */
    RANDOM_READ(4 << 10),
    /** pread(2) of 1 MiB, from the start to the end and again: one READ. */
    SEQUENTIAL_READ(1 << 20);

    private static final int STATX_SIZE = 256;
    private final int size;

    Operation(int size) {
      this.size = size;
    }

    int bufferSize() {
      return Math.max(size, STATX_SIZE);
    }

    /**
     * Does the operation once.
     *
     * @param random any number, another one each time
     * @param count how many this client has done
     */
    void run(int fd, long buffer, long random, long count, Path file) throws LinuxException {
      switch (this) {
        case FSTAT ->
            LinuxException.check(
                FileOps.statx(
                    fd,
                    FileOps.EMPTY_PATH,
                    FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC,
                    FileFlags.STATX_BASIC_STATS,
                    buffer),
                "statx",
                file.toString());
        case RANDOM_READ -> read(fd, buffer, (random >>> 1) % (FILE_SIZE / size) * size, file);
        case SEQUENTIAL_READ -> read(fd, buffer, count % (FILE_SIZE / size) * size, file);
      }
    }

    private void read(int fd, long buffer, long offset, Path file) throws LinuxException {
      long bytes =
          LinuxException.check(FileOps.pread(fd, buffer, size, offset), "pread", file.toString());
      if (bytes != size) {
        throw new IllegalStateException(file + " gave " + bytes + " bytes instead of " + size);
      }
    }
  }
}
