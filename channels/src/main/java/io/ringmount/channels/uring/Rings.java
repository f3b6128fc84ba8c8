package io.ringmount.channels.uring;

import io.ringmount.channels.RingMode;
import io.ringmount.channels.Slot;
import io.ringmount.channels.linux.ExitGuard;
import io.ringmount.channels.linux.LinuxException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the rings of one connection share: every slot may be committed through every ring, and the
 * connection has ended when the kernel has given all of them back.
 */
final class Rings implements AutoCloseable {
  private final RingMode mode;
  private final int fuseFd;
  private final Slot[] slots;
  private final ExitGuard guard;
  private final Callers callers = new Callers();
  private final Optional<Lender> lender;
  private final Optional<StarvationGuard> starvationGuard;

  /** Slots that the kernel may still fill or that hold a request. */
  private final AtomicInteger alive = new AtomicInteger();

  private volatile List<UringChannel> channels = List.of();
  private volatile boolean ended;

  /** What an earlier process left; null when there was none. */
  private Legacy legacy;

  /**
   * @param fuseFd any descriptor of the connection; stays the caller's
   * @param slots of the region, by their index
   * @param moveNanos what it costs a caller to be moved to another processor; empty: no channel
   *     lends its own
   */
  Rings(RingMode mode, int fuseFd, Slot[] slots, OptionalLong moveNanos) throws LinuxException {
    this.guard = ExitGuard.create();
    this.mode = mode;
    this.fuseFd = fuseFd;
    this.slots = slots;
    // Last, as they have threads: nothing after them fails.
    this.lender =
        moveNanos.isPresent() ? Optional.of(new Lender(moveNanos.getAsLong())) : Optional.empty();
    this.starvationGuard =
        mode == RingMode.SQPOLL ? Optional.of(new StarvationGuard()) : Optional.empty();
  }

  RingMode mode() {
    return mode;
  }

  /** What the threads of strict rings poll. */
  ExitGuard guard() {
    return guard;
  }

  Callers callers() {
    return callers;
  }

  Optional<Lender> lender() {
    return lender;
  }

  /** Of the kernel's threads; empty when there are none. */
  Optional<StarvationGuard> starvationGuard() {
    return starvationGuard;
  }

  int fuseFd() {
    return fuseFd;
  }

  Slot slot(int index) {
    return slots[index];
  }

  /** All there are: as many entries may be on their way in one ring. */
  int size() {
    return slots.length;
  }

  void channels(List<UringChannel> all) {
    channels = List.copyOf(all);
  }

  List<UringChannel> channels() {
    return channels;
  }

  /** Says, before the channels serve, that an earlier process has served the slots. */
  void inherit(Legacy left) {
    legacy = left;
  }

  /** Null when no earlier process has served the slots. */
  Legacy legacy() {
    return legacy;
  }

  void offered(int count) {
    alive.addAndGet(count);
  }

  /** The kernel gave a slot back for good. */
  void lost() {
    if (alive.decrementAndGet() == 0) {
      channels.forEach(UringChannel::wake);
    }
  }

  /** One of the channels cannot go on. */
  void end() {
    ended = true;
    channels.forEach(UringChannel::wake);
  }

  /** Whether the kernel will bring more. */
  boolean alive() {
    return !ended && alive.get() > 0;
  }

  /** When no channel has a ring any more. */
  @Override
  public void close() {
    if (legacy != null) {
      legacy.close();
    }
    lender.ifPresent(Lender::close);
    starvationGuard.ifPresent(StarvationGuard::close);
    guard.close();
  }
}
