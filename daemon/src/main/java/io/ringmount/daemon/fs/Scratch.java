package io.ringmount.daemon.fs;

import io.ringmount.channels.Name;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.channels.linux.StatFs;
import io.ringmount.channels.linux.Statx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What one thread has for its system calls: native memory for their arguments and results, so that
 * a request allocates nothing, and the thread's own umask. What an area holds is good until the
 * next call that fills the same area.
 */
final class Scratch {
  /** Size of {@link #entries}. */
  static final int ENTRIES_SIZE = 64 << 10;

  /** {@code struct file_handle} with {@code MAX_HANDLE_SZ} (128) bytes behind its head. */
  static final int HANDLE_SIZE = 8 + 128;

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private static final byte[] DESCRIPTOR_FOLDER =
      "/proc/self/fd/".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_DIGITS = 10;

  /** Two {@code struct timespec}: s64 seconds, s64 nanoseconds. */
  private static final int TIMES_SIZE = 32;

  private static final int TIMESPEC_SIZE = 16;
  private static final int TIMESPEC_NANOS = 8;

  /** Two u64. */
  private static final int OFFSETS_SIZE = 16;

  /** One {@code struct iovec}: address, u64 length. */
  private static final int VECTOR_SIZE = 16;

  private static final int VECTOR_LENGTH = 8;

  /** No umask: the thread has one together with others. */
  private static final int SHARED = -1;

  /** Keeps the memory alive as long as this object. */
  private final MemorySegment memory;

  /** Where the {@link Statx} of a file goes. */
  final long statx;

  /** Where the {@link StatFs} of a file system goes. */
  final long statfs;

  /** Where a {@code struct file_handle} goes, {@link #HANDLE_SIZE} bytes. */
  final long handle;

  /** Where {@code name_to_handle_at} says which mount a handle is of. */
  final long mountId;

  /** Where directory entries go, {@link #ENTRIES_SIZE} bytes. */
  final long entries;

  /** A view for the name of a directory entry. */
  final Name name = new Name();

  /** A view of the journal of the request that the thread serves. */
  final Journal journal = new Journal();

  private final long times;
  private final long offsets;
  private final long vector;
  private final long path;
  private int errno;

  /** The thread's umask. */
  private int umask = SHARED;

  private Scratch() {
    int structs = Statx.SIZE + StatFs.SIZE + HANDLE_SIZE + TIMES_SIZE + VECTOR_SIZE;
    int small = structs + Long.BYTES + OFFSETS_SIZE;
    int paths = DESCRIPTOR_FOLDER.length + MAX_DIGITS + 1;
    memory = Arena.ofAuto().allocate((long) small + ENTRIES_SIZE + paths, Long.BYTES);
    statx = memory.address();
    statfs = statx + Statx.SIZE;
    handle = statfs + StatFs.SIZE;
    mountId = handle + HANDLE_SIZE;
    times = mountId + Long.BYTES;
    offsets = times + TIMES_SIZE;
    vector = offsets + OFFSETS_SIZE;
    entries = vector + VECTOR_SIZE;
    path = entries + ENTRIES_SIZE;
    Memory.copy(DESCRIPTOR_FOLDER, 0, path, DESCRIPTOR_FOLDER.length);
  }

  /** The calling thread's. */
  static Scratch get() {
    return OF_THREAD.get();
  }

  /**
   * The path by which calls that take no descriptor reach one: following it leads to the very file
   * that is open, whatever its names have become.
   *
   * @return address of {@code /proc/self/fd/<fd>}, good until the next call
   */
  long pathOf(int fd) {
    int digits = 1;
    for (int rest = fd; rest >= 10; rest /= 10) {
      digits++;
    }
    long end = path + DESCRIPTOR_FOLDER.length + digits;
    Memory.putByte(end, (byte) 0);
    int rest = fd;
    for (int i = 1; i <= digits; i++) {
      Memory.putByte(end - i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    return path;
  }

  /** Address of an access and a modification time; the nanoseconds may be {@code UTIME_*}. */
  long times(long atimeSeconds, long atimeNanos, long mtimeSeconds, long mtimeNanos) {
    Memory.putLong(times, atimeSeconds);
    Memory.putLong(times + TIMESPEC_NANOS, atimeNanos);
    Memory.putLong(times + TIMESPEC_SIZE, mtimeSeconds);
    Memory.putLong(times + TIMESPEC_SIZE + TIMESPEC_NANOS, mtimeNanos);
    return times;
  }

  /** Address of an offset in a file, which another follows. */
  long offsets(long first, long second) {
    Memory.putLong(offsets, first);
    Memory.putLong(offsets + Long.BYTES, second);
    return offsets;
  }

  /** Address of one {@code struct iovec}. */
  long vector(long address, long length) {
    Memory.putLong(vector, address);
    Memory.putLong(vector + VECTOR_LENGTH, length);
    return vector;
  }

  /** Type and permissions of the file in {@link #statx}. */
  int mode() {
    return Statx.mode(statx);
  }

  /** Type bits of the file in {@link #statx}. */
  int type() {
    return Statx.mode(statx) & FileFlags.S_IFMT;
  }

  /**
   * Sets the umask of the thread, and of no other but those it starts: it is what keeps new files
   * from permissions, also on a server's disk, unless their directory has a default access control
   * list. It stays, so such a thread makes no files but for callers.
   *
   * @return 0, or a negative error number
   */
  long umask(int mask) {
    if (umask == mask) {
      return 0;
    }
    if (umask == SHARED) {
      long result = ProcessControl.unshareUmask();
      if (result < 0) {
        return result;
      }
    }
    ProcessControl.setUmask(mask);
    umask = mask;
    return 0;
  }

  /** Notes why a method of this thread is about to return {@code null}: a result below 0. */
  void fail(long result) {
    errno = (int) -result;
  }

  /** What {@link #fail} noted last, a positive error number. */
  int errno() {
    return errno;
  }
}
