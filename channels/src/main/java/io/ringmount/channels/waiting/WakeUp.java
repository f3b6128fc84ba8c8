package io.ringmount.channels.waiting;

import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.LinuxException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Rouses one thread that waits in the kernel, and costs no system call when it does not wait. The
 * thread waits for whatever it likes together with {@link #fd}, between {@link #announce} and
 * {@link #end}; others call {@link #wake}.
 *
 * <p>Memory order: the thread says "blocked", then looks at what others bring; the others bring,
 * then look at "blocked". Between the two steps of either side is a full fence: the thread's is the
 * volatile write in {@link #announce}, the others' stands first in {@link #claim}. So either the
 * thread sees what was brought, or the other sees that it must wake. Of several others only one
 * does: the one that takes "blocked" back.
 *
 * <p>The descriptor is made by {@link #open} and closed by {@link #close}; without it everything
 * works that does not need one, above all {@link #announce}, {@link #claim} and {@link #end}.
 */
public final class WakeUp implements AutoCloseable {
  private static final VarHandle BLOCKED;

  static {
    try {
      BLOCKED = MethodHandles.lookup().findVarHandle(WakeUp.class, "blocked", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Set while the thread waits or is about to; cleared by it, or by whoever wakes it. */
  @SuppressWarnings("FieldMayBeFinal") // written through BLOCKED
  private volatile boolean blocked = false;

  private EventFd event;

  /** Makes the descriptor. The thread that waits, once. */
  public void open() throws LinuxException {
    event = EventFd.create();
  }

  /** Becomes readable by a wake-up and stays so until {@link #drain}. Owned by this object. */
  public int fd() {
    return event.fd();
  }

  /** Says that the thread is about to wait. It must then look, and wait only if it saw nothing. */
  public void announce() {
    BLOCKED.setVolatile(this, true);
  }

  /** The thread waits no more, or did not wait after all. */
  public void end() {
    BLOCKED.setOpaque(this, false);
  }

  /** Whether the thread waits or is about to. Any thread, and at once outdated. */
  public boolean isBlocked() {
    return blocked;
  }

  /**
   * Whether the caller, who has brought something, must make the thread look: nobody else will. Any
   * thread.
   */
  public boolean claim() {
    VarHandle.fullFence();
    return blocked && BLOCKED.compareAndSet(this, true, false);
  }

  /** Makes the thread look at what the caller has brought. Any thread. */
  public void wake() {
    if (claim()) {
      event.signal();
    }
  }

  /** Makes the present or the next wait end, if there is a descriptor. Any thread. */
  public void signal() {
    EventFd opened = event;
    if (opened != null) {
      opened.signal();
    }
  }

  /** Takes in the wake-ups that have come. */
  public void drain() {
    event.drain();
  }

  /** When nobody will wake the thread any more. Idempotent. */
  @Override
  public void close() {
    if (event != null) {
      event.close();
    }
  }
}
