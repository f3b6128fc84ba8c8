package io.ringmount.channels;

import io.ringmount.channels.linux.WaitingThread;
import io.ringmount.channels.linux.WaitingThread.Fate;
import io.ringmount.channels.wire.Opcode;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends requests whose callers were interrupted, wherever they are: in a queue, in line behind
 * another, at a backend.
 *
 * <p>The kernel says INTERRUPT once, for any signal, and goes on waiting; a caller that was killed
 * stays, unkillable, until its request is answered. So a caller that dies is answered at once. Any
 * other signal is not a reason to fail: programs rightly do not expect EINTR from a file. It ends
 * only requests that still wait after {@link #GRACE_NANOS}, and not those that may already have
 * changed something, as nobody could tell then whether they did.
 *
 * <p>An interrupt may arrive before the request does, on another way from the kernel. It may not
 * arrive at all: when the caller was dying already, or when a channel that reads the device has no
 * slot to read into. So the callers of requests that take long are looked at too. One thread does
 * the work. Protocol: kernel {@code fs/fuse/dev.c}, {@code request_wait_answer}.
 */
final class Interrupts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Interrupts.class);

  /** How long a signal that does not kill leaves a request alone. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long a request may be on its way when its interrupt is already here. */
  private static final long EARLY_NANOS = TimeUnit.SECONDS.toNanos(2);

  /**
   * How long a request takes before its caller is looked at unasked, and how often that is done.
   */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Signals may come without end; the oldest are for requests that are answered by then. */
  private static final int MOST_OPEN = 4096;

  private final ConcurrentLinkedDeque<Interrupt> open = new ConcurrentLinkedDeque<>();
  private final AtomicInteger count = new AtomicInteger();
  private volatile List<Channel> channels = List.of();
  private volatile boolean closed;
  private volatile Thread thread;

  /** One that has not come to its end. */
  private static final class Interrupt {
    private final long unique;
    private final long since = System.nanoTime();
    private boolean found;

    private Interrupt(long unique) {
      this.unique = unique;
    }
  }

  /** Begins to look after the requests of {@code all}. */
  synchronized void begin(List<Channel> all) {
    channels = List.copyOf(all);
    thread = Thread.ofPlatform().daemon().name("interrupts").start(this::run);
  }

  /** The caller of the request {@code unique} got a signal. Any thread. */
  void interrupt(long unique) {
    open.addLast(new Interrupt(unique));
    if (count.incrementAndGet() > MOST_OPEN && open.pollFirst() != null) {
      count.decrementAndGet();
    }
    LockSupport.unpark(thread);
  }

  private void run() {
    long pause = SHORTEST_PAUSE_NANOS;
    long looked = System.nanoTime();
    while (!closed) {
      boolean acted = serveAll();
      if (System.nanoTime() - looked > LONG_NANOS) {
        channels.forEach(this::lookAtCallers);
        looked = System.nanoTime();
      }
      if (open.isEmpty()) {
        LockSupport.parkNanos(this, LONG_NANOS);
        pause = SHORTEST_PAUSE_NANOS;
      } else {
        sleep(pause);
        pause = acted ? SHORTEST_PAUSE_NANOS : Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      }
    }
  }

  /** Sleeps in full, however many signals come. */
  private void sleep(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !closed; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }

  private boolean serveAll() {
    boolean acted = false;
    for (Iterator<Interrupt> each = open.iterator(); each.hasNext(); ) {
      Interrupt interrupt = each.next();
      if (handled(interrupt) && open.removeFirstOccurrence(interrupt)) {
        count.decrementAndGet();
        acted = true;
      }
    }
    return acted;
  }

  /** Does what can be done now; true when nothing is left to be done, ever. */
  private boolean handled(Interrupt interrupt) {
    try {
      Slot slot = find(interrupt.unique);
      long age = System.nanoTime() - interrupt.since;
      if (slot == null) {
        return interrupt.found || age > EARLY_NANOS;
      }
      interrupt.found = true;
      boolean dies = WaitingThread.fate(slot.pid()) == Fate.DIES;
      if (!dies && age < GRACE_NANOS) {
        return false;
      }
      cancel(slot, interrupt.unique, dies || isRepeatable(slot.request().opcode()));
      return !slot.holds(interrupt.unique);
    } catch (Throwable e) {
      LOG.error("the interrupt of request {} cannot be served", interrupt.unique, e);
      return true;
    }
  }

  private Slot find(long unique) {
    for (Channel channel : channels) {
      for (Slot slot : channel.slots()) {
        if (slot.holds(unique)) {
          return slot;
        }
      }
    }
    return null;
  }

  /** Ends the requests that have taken long and whose callers die. */
  private void lookAtCallers(Channel channel) {
    if (channel.inFlight() == 0) {
      return;
    }
    for (Slot slot : channel.slots()) {
      long unique = slot.unique();
      if (slot.holds(unique)
          && System.nanoTime() - slot.arrived() > LONG_NANOS
          && WaitingThread.fate(slot.pid()) == Fate.DIES) {
        cancel(slot, unique, true);
      }
    }
  }

  /**
   * @param begun whether the request may be given up though the backend has it
   */
  private static void cancel(Slot slot, long unique, boolean begun) {
    slot.interrupted(unique);
    RequestScheduler scheduler = slot.receiver().scheduler();
    if (scheduler.cancelWaiting(slot, unique) || !begun) {
      return;
    }
    slot.givenUp(unique);
    Detached detached = slot.detached();
    if (detached == null || !detached.abandon(unique)) {
      slot.exchange().sink().cancel(slot.exchange().transfer(), unique);
      slot.exchange().interrupt(unique);
    }
  }

  /** Whether an operation changes nothing, so that it does not matter whether it happened. */
  static boolean isRepeatable(int opcode) {
    return switch (opcode) {
      case Opcode.LOOKUP,
          Opcode.GETATTR,
          Opcode.READLINK,
          Opcode.READ,
          Opcode.STATFS,
          Opcode.STATX,
          Opcode.GETXATTR,
          Opcode.LISTXATTR,
          Opcode.LSEEK,
          Opcode.FSYNC,
          Opcode.FSYNCDIR,
          Opcode.OPENDIR,
          Opcode.READDIR,
          Opcode.READDIRPLUS ->
          true;
      default -> false;
    };
  }

  /** Returns when no slot will be looked at any more. */
  @Override
  public synchronized void close() {
    closed = true;
    if (thread == null) {
      return;
    }
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
