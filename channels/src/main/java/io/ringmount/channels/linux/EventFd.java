package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A counter that can be waited for ({@code eventfd(2)}): wakes a thread in {@link Poll} or in an
 * io_uring. Owns its descriptor. Any thread may signal and drain; nobody may once it is closed.
 */
public final class EventFd implements AutoCloseable {
  private static final int EFD_CLOEXEC = FileFlags.O_CLOEXEC;
  private static final int EFD_NONBLOCK = FileFlags.O_NONBLOCK;

  private static final long ONE = constantOne();

  private static final ThreadLocal<MemorySegment> DRAINED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Long.BYTES, Long.BYTES));

  private final int fd;
  private boolean closed;

  private EventFd(int fd) {
    this.fd = fd;
  }

  private static long constantOne() {
    long address = Arena.global().allocate(Long.BYTES, Long.BYTES).address();
    Memory.putLong(address, 1);
    return address;
  }

  /** Makes a counter of value 0, non-blocking, closed on exec. */
  public static EventFd create() throws LinuxException {
    return new EventFd(
        (int)
            LinuxException.check(
                Syscall.call(SyscallNumber.EVENTFD2, 0, EFD_CLOEXEC | EFD_NONBLOCK),
                "eventfd2",
                ""));
  }

  /** Takes over an event descriptor that came from elsewhere, such as another process. */
  public static EventFd adopt(int fd) {
    return new EventFd(fd);
  }

  /** Hot path: adds one and so makes the descriptor readable. */
  public void signal() {
    signal(fd);
  }

  /** Hot path: {@link #signal()} on a bare event descriptor. */
  public static void signal(int fd) {
    long result;
    do {
      result = Syscall.call(SyscallNumber.WRITE, fd, ONE, Long.BYTES);
    } while (result == -Errno.EINTR);
    // -EAGAIN means the counter is full, so the descriptor is readable: the signal stands.
  }

  /** Hot path: sets the counter to 0 and returns what it was. */
  public long drain() {
    long buffer = DRAINED.get().address();
    long result;
    do {
      result = Syscall.call(SyscallNumber.READ, fd, buffer, Long.BYTES);
    } while (result == -Errno.EINTR);
    return result == Long.BYTES ? Memory.getLong(buffer) : 0;
  }

  /** Stays owned by this object. */
  public int fd() {
    return fd;
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      FileOps.close(fd);
    }
  }
}
