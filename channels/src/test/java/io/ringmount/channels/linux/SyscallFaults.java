package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes one system call fail as the test wants it: for the threads that {@link #run} starts, and
 * all that those start. The kernel holds each such call until the judge has said what becomes of it
 * ({@code seccomp_unotify(2)}), so that no error is out of reach, and no other thread is concerned.
 *
 * <p>Calls of these threads fail with ENOSYS after {@link #close}: they must have ended by then.
 */
public final class SyscallFaults implements AutoCloseable {
  /** As an argument to compare: any value will do. */
  public static final int ANY = -1;

  private static final int SECCOMP = 317;
  private static final int SET_MODE_FILTER = 1;
  private static final int NEW_LISTENER = 8;
  private static final int USER_NOTIFICATION = 0x7fc00000;
  private static final int ALLOW = 0x7fff0000;
  private static final long RECEIVE = 0xc0502100L;
  private static final long SEND = 0xc0182101L;
  private static final int CONTINUE = 1;

  // struct seccomp_data, and struct seccomp_notif around it.
  private static final int DATA_FIRST_ARGUMENT = 16;
  private static final int NOTIFICATION_SIZE = 80;
  private static final int NOTIFICATION_ARGUMENTS = 16 + DATA_FIRST_ARGUMENT;
  private static final int RESPONSE_SIZE = 24;

  // struct sock_filter: what to do, how far to jump if so and if not, a value.
  private static final short LOAD = 0x20;
  private static final short JUMP_UNLESS_EQUAL = 0x15;
  private static final short RETURN = 0x06;
  private static final int INSTRUCTION_SIZE = 8;

  private static final int PATIENCE_SECONDS = 50;
  private static final int LOOK_MILLIS = 20;

  /** Says what becomes of a call. */
  @FunctionalInterface
  public interface Judge {
    /**
     * @param first argument of the call
     * @param second argument
     * @param third argument
     * @return 0 to let the kernel do it, else the error
     */
    int errno(long first, long second, long third);
  }

  private final int number;
  private final int firstArgument;
  private final Judge judge;
  private final CompletableFuture<Integer> listener = new CompletableFuture<>();
  private final Thread supervisor =
      Thread.ofPlatform().daemon().name("supervisor").unstarted(this::supervise);
  private final AtomicInteger failed = new AtomicInteger();
  private volatile boolean closed;

  /**
   * @param number of the call
   * @param firstArgument only calls with this one, or {@link #ANY}
   * @param judge on a thread of its own, one call after the other
   */
  public SyscallFaults(int number, int firstArgument, Judge judge) {
    this.number = number;
    this.firstArgument = firstArgument;
    this.judge = judge;
    // Here: it must not be judged itself.
    supervisor.start();
  }

  /** Calls on a thread of its own, where the faults begin; once only. */
  public <T> T run(Callable<T> action) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("faulty")
        .start(() -> {
          try {
            listener.complete(install());
            result.complete(action.call());
          } catch (Throwable e) {
            listener.completeExceptionally(e);
            result.completeExceptionally(e);
          }
        });
    try {
      return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** How many calls have failed for the judge. */
  public int failed() {
    return failed.get();
  }

  private int install() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      int count = firstArgument == ANY ? 4 : 6;
      long code = arena.allocate((long) count * INSTRUCTION_SIZE, Long.BYTES).address();
      long at = instruction(code, LOAD, 0, 0);
      at = instruction(at, JUMP_UNLESS_EQUAL, count - 3, number);
      if (firstArgument != ANY) {
        at = instruction(at, LOAD, 0, DATA_FIRST_ARGUMENT);
        at = instruction(at, JUMP_UNLESS_EQUAL, 1, firstArgument);
      }
      at = instruction(at, RETURN, 0, USER_NOTIFICATION);
      instruction(at, RETURN, 0, ALLOW);
      long program = arena.allocate(16, Long.BYTES).address();
      Memory.putShort(program, (short) count);
      Memory.putLong(program + 8, code);
      return (int)
          LinuxException.check(
              Syscall.call(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program), "seccomp", "");
    }
  }

  private static long instruction(long at, short code, int otherwise, int value) {
    Memory.putShort(at, code);
    Memory.putByte(at + 3, (byte) otherwise);
    Memory.putInt(at + 4, value);
    return at + INSTRUCTION_SIZE;
  }

  private void supervise() {
    int fd = listener.join();
    try (Arena arena = Arena.ofConfined()) {
      long notification = arena.allocate(NOTIFICATION_SIZE, Long.BYTES).address();
      long response = arena.allocate(RESPONSE_SIZE, Long.BYTES).address();
      while (!closed) {
        if (Poll.one(fd, Poll.POLLIN, LOOK_MILLIS) != Poll.POLLIN) {
          continue;
        }
        Memory.zero(notification, NOTIFICATION_SIZE);
        // A call whose thread was interrupted meanwhile is gone.
        if (Syscall.call(SyscallNumber.IOCTL, fd, RECEIVE, notification) == 0) {
          answer(fd, notification, response);
        }
      }
    } finally {
      FileOps.close(fd);
    }
  }

  private void answer(int fd, long notification, long response) {
    long arguments = notification + NOTIFICATION_ARGUMENTS;
    int errno =
        judge.errno(
            Memory.getLong(arguments),
            Memory.getLong(arguments + 8),
            Memory.getLong(arguments + 16));
    Memory.zero(response, RESPONSE_SIZE);
    Memory.putLong(response, Memory.getLong(notification));
    Memory.putInt(response + 16, -errno);
    Memory.putInt(response + 20, errno == 0 ? CONTINUE : 0);
    if (Syscall.call(SyscallNumber.IOCTL, fd, SEND, response) == 0 && errno != 0) {
      failed.incrementAndGet();
    }
  }

  @Override
  public void close() throws InterruptedException {
    listener.completeExceptionally(new IllegalStateException("nothing was run"));
    closed = true;
    supervisor.join();
  }
}
