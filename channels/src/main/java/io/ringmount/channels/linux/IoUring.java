package io.ringmount.channels.linux;

import java.lang.foreign.Arena;

/**
 * One io_uring: its submission queue of 128-byte entries and its completion queue, walked in place.
 *
 * <p>The ring belongs to the thread that made it: with {@link #SINGLE_ISSUER} the kernel refuses
 * any other. An entry returned by {@link #nextSqe} is filled by the caller and handed to the kernel
 * by the next {@link #enter}. Layout and protocol: {@code include/uapi/linux/io_uring.h},
 * io_uring(7). The submission queue has no index array ({@code NO_SQARRAY}); the entry at the tail
 * is the next.
 */
public final class IoUring implements AutoCloseable {
  /** Ring size is given apart for completions. */
  public static final int CQSIZE = 1 << 3;

  /** 128-byte submission entries, which FUSE commands need. */
  public static final int SQE128 = 1 << 10;

  /** One thread submits; the kernel then needs no lock for it. */
  public static final int SINGLE_ISSUER = 1 << 12;

  /** Completions are made when their owner enters the kernel, never by interrupting it. */
  public static final int DEFER_TASKRUN = 1 << 13;

  /** The submission queue is walked in order, without an array of indices. */
  public static final int NO_SQARRAY = 1 << 16;

  public static final int OP_POLL_ADD = 6;
  public static final int OP_URING_CMD = 46;

  /** Entry flag: {@code fd} is an index into the registered files. */
  public static final int SQE_FIXED_FILE = 1;

  public static final int SQE_SIZE = 128;
  public static final int SQE_OPCODE = 0;
  public static final int SQE_FLAGS = 1;
  public static final int SQE_FD = 4;
  public static final int SQE_CMD_OP = 8;
  public static final int SQE_ADDRESS = 16;
  public static final int SQE_LENGTH = 24;
  public static final int SQE_POLL_EVENTS = 28;
  public static final int SQE_USER_DATA = 32;
  public static final int SQE_COMMAND = 48;

  private static final int CQE_SIZE = 16;
  private static final int CQE_RESULT = 8;
  private static final int PARAMS_SIZE = 120;
  private static final int PARAMS_CQ_ENTRIES = 4;
  private static final int PARAMS_FLAGS = 8;
  private static final int PARAMS_SQ_OFFSETS = 40;
  private static final int PARAMS_CQ_OFFSETS = 80;

  private static final long OFFSET_SQ_RING = 0;
  private static final long OFFSET_SQES = 0x10000000L;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED_POPULATE = 0x8001;

  private static final int ENTER_GETEVENTS = 1;
  private static final int ENTER_REGISTERED_RING = 16;
  private static final int REGISTER_FILES = 2;
  private static final int REGISTER_RING_FDS = 20;

  // struct io_uring_rsrc_update; the kernel chooses the index.
  private static final int RSRC_UPDATE_SIZE = 16;
  private static final int ANY_INDEX = -1;

  private final int fd;
  private int enterFd;
  private final long ring;
  private final long ringSize;
  private final long sqes;
  private final int sqEntries;
  private final long sqHead;
  private final long sqTail;
  private final long cqHead;
  private final long cqTail;
  private final int cqMask;
  private final long cqes;
  private int tail;
  private int head;

  /** Takes over a ring that io_uring_setup(2) has just described in {@code params}. */
  private IoUring(int fd, long params) throws LinuxException {
    this.fd = fd;
    this.enterFd = fd;
    this.sqEntries = Memory.getInt(params);
    int cqEntries = Memory.getInt(params + PARAMS_CQ_ENTRIES);
    long sq = params + PARAMS_SQ_OFFSETS;
    long cq = params + PARAMS_CQ_OFFSETS;
    // IORING_FEAT_SINGLE_MMAP: both rings lie in one mapping; completions end it.
    this.ringSize = Memory.getInt(cq + 20) + (long) cqEntries * CQE_SIZE;
    this.ring = map(fd, ringSize, OFFSET_SQ_RING);
    try {
      this.sqes = map(fd, (long) sqEntries * SQE_SIZE, OFFSET_SQES);
    } catch (LinuxException e) {
      Syscall.call(SyscallNumber.MUNMAP, ring, ringSize);
      throw e;
    }
    this.sqHead = ring + Memory.getInt(sq);
    this.sqTail = ring + Memory.getInt(sq + 4);
    this.cqHead = ring + Memory.getInt(cq);
    this.cqTail = ring + Memory.getInt(cq + 4);
    this.cqMask = Memory.getInt(ring + Memory.getInt(cq + 8));
    this.cqes = ring + Memory.getInt(cq + 20);
    this.tail = Memory.getInt(sqTail);
    this.head = Memory.getInt(cqHead);
  }

  /**
   * Makes a ring, which belongs to the calling thread.
   *
   * @param sqEntries submission entries, a power of two
   * @param cqEntries completion entries, a power of two, at least {@code sqEntries}
   * @param flags of io_uring_setup(2); {@link #SQE128}, {@link #CQSIZE} and {@link #NO_SQARRAY} are
   *     added
   */
  public static IoUring create(int sqEntries, int cqEntries, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long params = arena.allocate(PARAMS_SIZE, Long.BYTES).address();
      Memory.putInt(params + PARAMS_CQ_ENTRIES, cqEntries);
      Memory.putInt(params + PARAMS_FLAGS, flags | SQE128 | CQSIZE | NO_SQARRAY);
      int fd =
          (int)
              LinuxException.check(
                  Syscall.call(SyscallNumber.IO_URING_SETUP, sqEntries, params),
                  "io_uring_setup",
                  "");
      IoUring ring;
      try {
        ring = new IoUring(fd, params);
      } catch (LinuxException e) {
        FileOps.close(fd);
        throw e;
      }
      try {
        ring.registerSelf(arena);
      } catch (LinuxException e) {
        ring.close();
        throw e;
      }
      return ring;
    }
  }

  private static long map(int fd, long size, long offset) throws LinuxException {
    return LinuxException.check(
        Syscall.call(SyscallNumber.MMAP, 0, size, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, offset),
        "mmap",
        "io_uring");
  }

  /** Registers the ring's own descriptor, which saves a descriptor look-up on every call. */
  private void registerSelf(Arena arena) throws LinuxException {
    long update = arena.allocate(RSRC_UPDATE_SIZE, Long.BYTES).address();
    Memory.putInt(update, ANY_INDEX);
    Memory.putLong(update + 8, fd);
    LinuxException.check(
        Syscall.call(SyscallNumber.IO_URING_REGISTER, fd, REGISTER_RING_FDS, update, 1),
        "io_uring_register",
        "ring descriptor");
    enterFd = Memory.getInt(update);
  }

  /** Registers descriptors; entries with {@link #SQE_FIXED_FILE} name them by index. */
  public void registerFiles(int... descriptors) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long array = arena.allocate(4L * descriptors.length, 4).address();
      for (int i = 0; i < descriptors.length; i++) {
        Memory.putInt(array + 4L * i, descriptors[i]);
      }
      LinuxException.check(
          Syscall.call(
              SyscallNumber.IO_URING_REGISTER, fd, REGISTER_FILES, array, descriptors.length),
          "io_uring_register",
          "files");
    }
  }

  /** Address of the next submission entry, zeroed; 0 when the queue is full. */
  public long nextSqe() {
    if (tail - Memory.getIntAcquire(sqHead) == sqEntries) {
      return 0;
    }
    long sqe = sqes + (long) (tail & (sqEntries - 1)) * SQE_SIZE;
    Memory.zero(sqe, SQE_SIZE);
    tail++;
    return sqe;
  }

  /** Entries filled but not yet taken by the kernel. */
  public int pending() {
    return tail - Memory.getIntAcquire(sqHead);
  }

  /**
   * Hands every pending entry to the kernel and waits until {@code minComplete} completions are
   * there.
   *
   * @return entries taken, or {@code -errno}; EINTR, EAGAIN and EBUSY lose nothing and may be
   *     retried
   */
  public int enter(int minComplete) {
    Memory.putIntRelease(sqTail, tail);
    return (int)
        Syscall.call(
            SyscallNumber.IO_URING_ENTER,
            enterFd,
            pending(),
            minComplete,
            ENTER_GETEVENTS | ENTER_REGISTERED_RING,
            0,
            0);
  }

  /** Completions that can be read now. */
  public int ready() {
    return Memory.getIntAcquire(cqTail) - head;
  }

  /** {@code user_data} of the oldest completion; only when {@link #ready} is positive. */
  public long userData() {
    return Memory.getLong(cqe());
  }

  /** Result of the oldest completion, {@code -errno} on failure. */
  public int result() {
    return Memory.getInt(cqe() + CQE_RESULT);
  }

  /** Gives the oldest completion back to the kernel. */
  public void advance() {
    head++;
    Memory.putIntRelease(cqHead, head);
  }

  private long cqe() {
    return cqes + (long) (head & cqMask) * CQE_SIZE;
  }

  public int fd() {
    return fd;
  }

  /** Ends the ring; commands that the kernel still holds are torn down. */
  @Override
  public void close() {
    Syscall.call(SyscallNumber.MUNMAP, ring, ringSize);
    Syscall.call(SyscallNumber.MUNMAP, sqes, (long) sqEntries * SQE_SIZE);
    FileOps.close(fd);
  }
}
