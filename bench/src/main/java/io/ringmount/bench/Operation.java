package io.ringmount.bench;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.LinuxException;

/**
 * What a client repeats. Each is one request to a server that reads and writes directly and lets
 * the attributes of its root be trusted for a while (else LOOKUP costs a GETATTR as well, of the
 * root, for the permission to search it).
 */
enum Operation {
  /** statx(2) of an open file, which asks the server: one GETATTR. */
  FSTAT("fstat", 0, FileFlags.O_RDONLY),
  /** statx(2) of a name that is not there and was not asked for before: one LOOKUP. */
  LOOKUP("lookup", 0, FileFlags.O_RDONLY),
  /** pread(2) of 4 KiB at a random page: one READ. */
  RANDOM_READ("read 4 KiB", 4 << 10, FileFlags.O_RDONLY),
  /** pwrite(2) of 4 KiB at a random page: one WRITE. */
  RANDOM_WRITE("write 4 KiB", 4 << 10, FileFlags.O_WRONLY),
  /** pread(2) of 1 MiB, from the start to the end and again: one READ. */
  SEQUENTIAL_READ("read 1 MiB", 1 << 20, FileFlags.O_RDONLY),
  /** pwrite(2) of 1 MiB, from the start to the end and again: one WRITE. */
  SEQUENTIAL_WRITE("write 1 MiB", 1 << 20, FileFlags.O_WRONLY),
  /** pread(2) of 4 KiB at a random page of a file open with O_DIRECT: one READ, from the disk. */
  STORAGE_READ("storage read 4 KiB", 4 << 10, FileFlags.O_RDONLY | FileFlags.O_DIRECT),
  /** pread(2) of 4 KiB that the page cache lost before the burst, no page twice: one READ. */
  COLD_READ("cold read 4 KiB", 4 << 10, FileFlags.O_RDONLY);

  /** A prime, so that its multiples meet every page of a file before they meet one again. */
  private static final long SCATTER = 1_000_003;

  private final String label;
  private final int size;
  private final int openFlags;

  Operation(String label, int size, int openFlags) {
    this.label = label;
    this.size = size;
    this.openFlags = openFlags;
  }

  String label() {
    return label;
  }

  /** Bytes that it transfers, 0 for none. */
  int size() {
    return size;
  }

  /** Flags that the file is opened with. */
  int openFlags() {
    return openFlags;
  }

  boolean writes() {
    return (openFlags & FileFlags.O_ACCMODE) != FileFlags.O_RDONLY;
  }

  /** Whether it is to wait for the disk. */
  boolean waitsForStorage() {
    return this == STORAGE_READ || this == COLD_READ;
  }

  /**
   * Does the operation once.
   *
   * @param random any number, another one each time
   * @param count how many this client has done
   */
  void run(ClientFile file, long random, long count) throws LinuxException {
    switch (this) {
      case FSTAT -> file.fstat();
      case LOOKUP -> file.lookup(count);
      case RANDOM_READ, STORAGE_READ -> file.read(size, random >>> 1);
      case COLD_READ -> file.read(size, scattered(count));
      case SEQUENTIAL_READ -> file.read(size, count);
      case RANDOM_WRITE -> file.write(size, random >>> 1);
      case SEQUENTIAL_WRITE -> file.write(size, count);
    }
  }

  /** A number for each count, such that pages are met in no order, and each before any again. */
  static long scattered(long count) {
    return count * SCATTER;
  }
}
