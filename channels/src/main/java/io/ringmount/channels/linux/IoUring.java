package io.ringmount.channels.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * One io_uring: its submission queue of 128-byte entries and its completion queue, walked in place.
 *
 * <p>The ring belongs to the thread that made it: with {@link #SINGLE_ISSUER} the kernel refuses
 * any other. An entry returned by {@link #nextSqe} is filled by the caller and handed to the kernel
 * by the next {@link #enter}. A {@linkplain #createPolled polled} ring has a kernel thread that
 * takes entries as soon as it sees them; {@link #enter} then only wakes and waits. Layout and
 * protocol: {@code include/uapi/linux/io_uring.h}, io_uring(7). The submission queue has no index
 * array ({@code NO_SQARRAY}); the entry at the tail is the next.
 */
public final class IoUring implements AutoCloseable {
  /** Ring size is given apart for completions. */
  public static final int CQSIZE = 1 << 3;

  /** A kernel thread takes submissions. */
  private static final int SQPOLL = 1 << 1;

  /** That thread runs on one processor only. */
  private static final int SQ_AFF = 1 << 2;

  /** Task work that waits for its owner is announced in the ring. */
  public static final int TASKRUN_FLAG = 1 << 9;

  /** 128-byte submission entries, which FUSE commands need. */
  public static final int SQE128 = 1 << 10;

  /** One thread submits; the kernel then needs no lock for it. */
  public static final int SINGLE_ISSUER = 1 << 12;

  /** Completions are made when their owner enters the kernel, never by interrupting it. */
  public static final int DEFER_TASKRUN = 1 << 13;

  /** The submission queue is walked in order, without an array of indices. */
  public static final int NO_SQARRAY = 1 << 16;

  public static final int OP_FSYNC = 3;
  public static final int OP_POLL_ADD = 6;
  public static final int OP_ASYNC_CANCEL = 14;
  public static final int OP_READ = 22;
  public static final int OP_WRITE = 23;
  public static final int OP_FUTEX_WAKE = 52;
  public static final int OP_URING_CMD = 46;

  /** Entry flag: {@code fd} is an index into the registered files. */
  public static final int SQE_FIXED_FILE = 1;

  /** Entry flag: the next entry begins when this one has succeeded. */
  public static final int SQE_IO_LINK = 4;

  /** Entry flag: only failure makes a completion. */
  public static final int SQE_SKIP_SUCCESS = 64;

  public static final int SQE_SIZE = 128;
  public static final int SQE_OPCODE = 0;
  public static final int SQE_FLAGS = 1;
  public static final int SQE_FD = 4;
  public static final int SQE_OFFSET = 8;
  public static final int SQE_CMD_OP = 8;
  public static final int SQE_ADDRESS = 16;
  public static final int SQE_LENGTH = 24;
  public static final int SQE_POLL_EVENTS = 28;
  public static final int SQE_OPERATION_FLAGS = 28;
  public static final int SQE_USER_DATA = 32;
  public static final int SQE_COMMAND = 48;

  private static final int CQE_SIZE = 16;
  private static final int CQE_RESULT = 8;
  private static final int PARAMS_SIZE = 120;
  private static final int PARAMS_CQ_ENTRIES = 4;
  private static final int PARAMS_FLAGS = 8;
  private static final int PARAMS_SQ_CPU = 12;
  private static final int PARAMS_SQ_IDLE = 16;
  private static final int PARAMS_SQ_OFFSETS = 40;
  private static final int PARAMS_CQ_OFFSETS = 80;

  private static final long OFFSET_SQ_RING = 0;
  private static final long OFFSET_SQES = 0x10000000L;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED_POPULATE = 0x8001;

  private static final int ENTER_GETEVENTS = 1;
  private static final int ENTER_SQ_WAKEUP = 2;
  private static final int ENTER_SQ_WAIT = 4;
  private static final int ENTER_REGISTERED_RING = 16;
  private static final int REGISTER_FILES = 2;
  private static final int REGISTER_IOWQ_MAX_WORKERS = 19;
  private static final int REGISTER_RING_FDS = 20;

  // Bits of the submission queue's flags, set by the kernel.
  private static final int SQ_NEED_WAKEUP = 1;
  private static final int SQ_CQ_OVERFLOW = 2;
  private static final int SQ_TASKRUN = 4;

  /** Milliseconds that the kernel's thread looks for entries before it sleeps; 0 would be 1 s. */
  private static final int SQ_IDLE_MILLIS = 1;

  private static final long FLUSH_PAUSE_NANOS = 20_000;

  /** For how long a new ring's kernel thread may take to run for the first time. */
  private static final long POLLING_THREAD_NANOS = 10_000_000_000L;

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
  private final long sqFlags;
  private final boolean polled;
  private final long cqHead;
  private final long cqTail;
  private final int cqMask;
  private final long cqes;
  private int tail;
  private int head;
  private long calls;

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
    this.sqFlags = ring + Memory.getInt(sq + 16);
    this.polled = (Memory.getInt(params + PARAMS_FLAGS) & SQPOLL) != 0;
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
    return create(sqEntries, cqEntries, flags, 0);
  }

  /**
   * As {@link #create}, with a kernel thread that takes the entries. When the process is killed
   * that thread ends last and completes in good order what has been taken.
   *
   * @param cpu where that thread runs; -1: anywhere
   */
  public static IoUring createPolled(int sqEntries, int cqEntries, int cpu) throws LinuxException {
    int flags = SINGLE_ISSUER | SQPOLL | (cpu < 0 ? 0 : SQ_AFF);
    return create(sqEntries, cqEntries, flags, Math.max(0, cpu));
  }

  private static IoUring create(int sqEntries, int cqEntries, int flags, int cpu)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long params = arena.allocate(PARAMS_SIZE, Long.BYTES).address();
      Memory.putInt(params + PARAMS_CQ_ENTRIES, cqEntries);
      Memory.putInt(params + PARAMS_FLAGS, flags | SQE128 | CQSIZE | NO_SQARRAY);
      Memory.putInt(params + PARAMS_SQ_CPU, cpu);
      Memory.putInt(params + PARAMS_SQ_IDLE, SQ_IDLE_MILLIS);
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

  /**
   * Bounds the kernel's threads that carry out what cannot be done at once.
   *
   * @param files the most at once on regular files and block devices
   * @param others the most at once on everything else
   */
  public void limitWorkers(int files, int others) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long limits = arena.allocate(8, 4).address();
      Memory.putInt(limits, files);
      Memory.putInt(limits + 4, others);
      LinuxException.check(
          Syscall.call(SyscallNumber.IO_URING_REGISTER, fd, REGISTER_IOWQ_MAX_WORKERS, limits, 2),
          "io_uring_register",
          "workers");
    }
  }

  /**
   * The id of a {@linkplain #createPolled polled} ring's kernel thread. Until that has run for the
   * first time the kernel names the thread that made the ring, which waits here: {@code
   * sqd->task_pid} in {@code io_uring/sqpoll.c}.
   */
  public int pollingThread() throws IOException {
    int owner = Scheduling.currentThread();
    long deadline = System.nanoTime() + POLLING_THREAD_NANOS;
    while (System.nanoTime() - deadline < 0) {
      int thread = namedThread();
      if (thread > 0 && thread != owner) {
        return thread;
      }
      LockSupport.parkNanos(FLUSH_PAUSE_NANOS);
    }
    throw new IOException("the kernel does not name the ring's thread");
  }

  private int namedThread() throws IOException {
    return KernelFile.read(Path.of("/proc/self/fdinfo/" + fd))
        .lines()
        .filter(line -> line.startsWith("SqThread:"))
        .mapToInt(line -> Integer.parseInt(line.substring("SqThread:".length()).strip()))
        .findFirst()
        .orElse(0);
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

  /** How many entries can be filled now. */
  public int room() {
    return sqEntries - pending();
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
    int flags = ENTER_GETEVENTS | ENTER_REGISTERED_RING;
    if (!polled) {
      return enter(pending(), minComplete, flags);
    }
    // The kernel's thread says that it goes to sleep, then looks at the tail once more.
    VarHandle.fullFence();
    int state = Memory.getIntAcquire(sqFlags);
    if ((state & SQ_NEED_WAKEUP) != 0) {
      flags |= ENTER_SQ_WAKEUP;
    } else if (minComplete == 0 && (state & SQ_CQ_OVERFLOW) == 0) {
      return 0;
    }
    return enter(0, minComplete, flags);
  }

  /** Waits until there is room for an entry, without reading completions. */
  public int awaitRoom() {
    Memory.putIntRelease(sqTail, tail);
    if (!polled) {
      return enter(pending(), 0, ENTER_REGISTERED_RING);
    }
    return enter(0, 0, ENTER_SQ_WAKEUP | ENTER_SQ_WAIT | ENTER_REGISTERED_RING);
  }

  /** Hands every pending entry to the kernel; {@link #pending} says whether it has taken all. */
  public int flush() {
    int result = enter(0);
    if (polled && pending() > 0) {
      // The kernel's thread may want this very processor.
      LockSupport.parkNanos(FLUSH_PAUSE_NANOS);
    }
    return result;
  }

  private int enter(int submit, int minComplete, int flags) {
    calls++;
    return (int)
        Syscall.call(SyscallNumber.IO_URING_ENTER, enterFd, submit, minComplete, flags, 0, 0);
  }

  /** How often the kernel was called for this ring; the owner's thread. */
  public long calls() {
    return calls;
  }

  /**
   * Whether {@link #enter} would find something, as far as that can be seen without it. Complete
   * for polled rings and for those with {@link #TASKRUN_FLAG}.
   */
  public boolean hasWork() {
    return ready() > 0 || (Memory.getIntAcquire(sqFlags) & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) != 0;
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
