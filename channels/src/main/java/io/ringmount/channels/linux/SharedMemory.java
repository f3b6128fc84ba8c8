package io.ringmount.channels.linux;

import java.lang.foreign.Arena;

/**
 * An anonymous file in memory (memfd) mapped at an address of the caller's choice, so that several
 * processes can see the same bytes at the same addresses.
 *
 * <p>Owns its descriptor and its mapping; the memory itself lives until the last descriptor and
 * mapping in any process are gone. Not thread-safe: one thread creates, maps and closes. After
 * {@link #close} an access to the addresses ends the process.
 */
public final class SharedMemory implements AutoCloseable {
  /** Bytes of a page; addresses and lengths are multiples of it. */
  public static final int PAGE_SIZE = 4096;

  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_FIXED_NOREPLACE = 0x100000;

  // fcntl(2), include/uapi/linux/fcntl.h
  private static final int F_ADD_SEALS = 1033;
  private static final int F_GET_SEALS = 1034;
  private static final int F_SEAL_SEAL = 1;
  private static final int F_SEAL_SHRINK = 2;
  private static final int F_SEAL_GROW = 4;
  private static final int FIXED_SIZE = F_SEAL_SHRINK | F_SEAL_GROW;

  /** Allocates the pages now ({@code include/uapi/asm-generic/mman-common.h}, Linux 5.14). */
  private static final int MADV_POPULATE_WRITE = 23;

  private final int fd;
  private final long length;
  private long address;
  private boolean closed;

  private SharedMemory(int fd, long length) {
    this.fd = fd;
    this.length = length;
  }

  /**
   * Makes a zero-filled file of {@code length} bytes, not mapped yet.
   *
   * @param name for {@code /proc/<pid>/maps} only, at most 249 bytes
   * @param length bytes, a positive multiple of {@link #PAGE_SIZE}
   */
  public static SharedMemory create(String name, long length) throws LinuxException {
    requirePages(length);
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      fd =
          (int)
              LinuxException.check(
                  Syscall.call(
                      SyscallNumber.MEMFD_CREATE,
                      NativeString.address(arena, name),
                      MFD_CLOEXEC | MFD_ALLOW_SEALING),
                  "memfd_create",
                  name);
    }
    try {
      LinuxException.check(FileOps.ftruncate(fd, length), "ftruncate", name);
    } catch (LinuxException e) {
      FileOps.close(fd);
      throw e;
    }
    return new SharedMemory(fd, length);
  }

  /**
   * Takes over a descriptor made by {@link #create} in any process; not mapped yet.
   *
   * @param fd owned by the result from now on, or closed when this method throws
   * @throws LinuxException {@code lseek}: {@code EBADF}, {@code ESPIPE} where it is no file, {@code
   *     EINVAL} where its size is not a positive number of whole pages
   */
  public static SharedMemory adopt(int fd) throws LinuxException {
    long length = FileOps.lseek(fd, 0, FileFlags.SEEK_END);
    if (length >= 0 && (length == 0 || length % PAGE_SIZE != 0)) {
      length = -Errno.EINVAL;
    }
    if (length < 0) {
      FileOps.close(fd);
    }
    return new SharedMemory(fd, LinuxException.check(length, "lseek", "shared memory " + fd));
  }

  /**
   * Makes and maps a file at the first free address among {@code base + k * stride}.
   *
   * @param base first address, a multiple of {@link #PAGE_SIZE}
   * @param stride distance of the addresses in bytes, at least {@code length}
   * @param attempts how many addresses to try
   * @throws LinuxException {@code mmap} with {@code EEXIST} when none is free
   */
  public static SharedMemory createMapped(
      String name, long length, long base, long stride, int attempts) throws LinuxException {
    SharedMemory memory = create(name, length);
    try {
      memory.seal();
      for (int k = 0; k < attempts; k++) {
        if (memory.mapAt(base + k * stride)) {
          return memory;
        }
      }
      throw new LinuxException("mmap", name + " from 0x" + Long.toHexString(base), Errno.EEXIST);
    } catch (LinuxException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /**
   * Maps {@code length} bytes of the file {@code fd} for reading and writing, shared, at exactly
   * {@code address}. Owns nothing: {@link #unmap} undoes it.
   *
   * @return false when something is mapped in the range already
   * @throws LinuxException {@code mmap}, other than {@code EEXIST}
   */
  public static boolean mapAt(int fd, long address, long length) throws LinuxException {
    long result =
        Syscall.call(
            SyscallNumber.MMAP,
            address,
            length,
            PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_FIXED_NOREPLACE,
            fd,
            0);
    if (result == -Errno.EEXIST) {
      return false;
    }
    LinuxException.check(result, "mmap", subject(address, length));
    return true;
  }

  /** Unmaps a range of whole pages; ranges without a mapping are no error. */
  public static void unmap(long address, long length) throws LinuxException {
    LinuxException.check(
        Syscall.call(SyscallNumber.MUNMAP, address, length), "munmap", subject(address, length));
  }

  /**
   * Maps the whole file at exactly {@code address}.
   *
   * @return false when something is mapped in the range already
   * @throws IllegalStateException when this file is mapped already
   */
  public boolean mapAt(long address) throws LinuxException {
    if (this.address != 0) {
      throw new IllegalStateException("mapped already, at 0x" + Long.toHexString(this.address));
    }
    boolean mapped = mapAt(fd, address, length);
    if (mapped) {
      this.address = address;
    }
    return mapped;
  }

  /**
   * Maps the whole file wherever there is room.
   *
   * @throws IllegalStateException when this file is mapped already
   */
  public void map() throws LinuxException {
    if (address != 0) {
      throw new IllegalStateException("mapped already, at 0x" + Long.toHexString(address));
    }
    address =
        LinuxException.check(
            Syscall.call(SyscallNumber.MMAP, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
            "mmap",
            length + " bytes of shared memory");
  }

  /** Fixes the size for good, so that nobody who has the file can make an access to it fault. */
  public void seal() throws LinuxException {
    LinuxException.check(
        Syscall.call(SyscallNumber.FCNTL, fd, F_ADD_SEALS, FIXED_SIZE | F_SEAL_SEAL),
        "fcntl",
        "seals of shared memory " + fd);
  }

  /** Whether {@link #seal} was called, in any process. */
  public boolean isSealed() {
    long seals = Syscall.call(SyscallNumber.FCNTL, fd, F_GET_SEALS);
    return seals >= 0 && (seals & FIXED_SIZE) == FIXED_SIZE;
  }

  /**
   * Allocates every page of the mapping now, so that no later access can fault or lack memory.
   *
   * @throws LinuxException {@code madvise}: {@code ENOMEM}, {@code EFAULT}
   */
  public void populate() throws LinuxException {
    requireMapped();
    long result;
    do {
      result = Syscall.call(SyscallNumber.MADVISE, address, length, MADV_POPULATE_WRITE);
    } while (result == -Errno.EINTR || result == -Errno.EAGAIN);
    LinuxException.check(result, "madvise", subject(address, length));
  }

  /** Stays owned by this object. */
  public int fd() {
    return fd;
  }

  /** First address of the mapping. */
  public long address() {
    requireMapped();
    return address;
  }

  /** Bytes. */
  public long length() {
    return length;
  }

  /** Closes the descriptor and leaves the mapping, for threads that may use it to the very end. */
  public void leaveMapped() {
    if (!closed) {
      closed = true;
      FileOps.close(fd);
    }
  }

  /** Unmaps and closes; a second call does nothing. */
  @Override
  public void close() throws LinuxException {
    if (closed) {
      return;
    }
    closed = true;
    long mapped = address;
    address = 0;
    FileOps.close(fd);
    if (mapped != 0) {
      unmap(mapped, length);
    }
  }

  private void requireMapped() {
    if (address == 0) {
      throw new IllegalStateException("not mapped");
    }
  }

  private static void requirePages(long length) {
    if (length <= 0 || length % PAGE_SIZE != 0) {
      throw new IllegalArgumentException("not a positive number of whole pages: " + length);
    }
  }

  private static String subject(long address, long length) {
    return length + " bytes at 0x" + Long.toHexString(address);
  }
}
