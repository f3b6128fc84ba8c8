package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Makes the kernel take back a thread's commands while the thread can still receive what is on its
 * way to them.
 *
 * <p>A thread that is killed first cancels its io_uring requests, {@code io_uring_files_cancel} in
 * {@code kernel/exit.c}, and only then counts as exiting: from there on, whatever is handed to it
 * is lost. But it cancels nothing unless it has a request that might hold itself alive ({@code
 * io_uring_cancel_generic} with {@code tctx->inflight_tracked}): one about a file that is an
 * io_uring, or about a futex.
 *
 * <ul>
 *   <li>A {@linkplain #prepare poll} on an io_uring on which nothing ever happens guards all
 *       commands of the thread, as long as requests reach them from the thread's own processor
 *       only: what is on its way arrives before the thread runs again.
 *   <li>From another processor a request may arrive when the cancelling is over. A {@linkplain
 *       #prepareSuccessor successor} linked to a command makes the thread wait until that very
 *       command is delivered or cancelled.
 * </ul>
 *
 * <p>Owns its descriptor. Any thread.
 */
public final class ExitGuard implements AutoCloseable {
  private static final int PARAMS_SIZE = 120;
  private static final int FUTEX2_SIZE_U32 = 2;
  private static final int FUTEX2_PRIVATE = 128;
  private static final long ANY_WAITER = 0xffff_ffffL;

  /** A futex that nobody waits for. */
  private final MemorySegment futex = Arena.ofAuto().allocate(Integer.BYTES, Integer.BYTES);

  private final int fd;

  private ExitGuard(int fd) {
    this.fd = fd;
  }

  public static ExitGuard create() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long params = arena.allocate(PARAMS_SIZE, Long.BYTES).address();
      return new ExitGuard(
          (int)
              LinuxException.check(
                  Syscall.call(SyscallNumber.IO_URING_SETUP, 1, params), "io_uring_setup", ""));
    }
  }

  /** Fills an entry so that the ring's thread is guarded as long as the entry has not completed. */
  public void prepare(long sqe) {
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_POLL_ADD);
    // Not a registered file: those are not looked at.
    Memory.putInt(sqe + IoUring.SQE_FD, fd);
    Memory.putInt(sqe + IoUring.SQE_POLL_EVENTS, Poll.POLLIN);
  }

  /**
   * Fills the entry behind a command that has {@link IoUring#SQE_IO_LINK}; both must be handed to
   * the kernel at once. It does nothing, and completes only when the command fails.
   */
  public void prepareSuccessor(long sqe) {
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_FUTEX_WAKE);
    Memory.putByte(sqe + IoUring.SQE_FLAGS, (byte) IoUring.SQE_SKIP_SUCCESS);
    Memory.putInt(sqe + IoUring.SQE_FD, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE);
    Memory.putLong(sqe + IoUring.SQE_OFFSET, 1); // the most to wake
    Memory.putLong(sqe + IoUring.SQE_ADDRESS, futex.address());
    Memory.putLong(sqe + IoUring.SQE_COMMAND, ANY_WAITER);
  }

  @Override
  public void close() {
    FileOps.close(fd);
  }
}
