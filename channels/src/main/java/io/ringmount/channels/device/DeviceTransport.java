package io.ringmount.channels.device;

import io.ringmount.channels.Custody;
import io.ringmount.channels.Inheritance;
import io.ringmount.channels.Outcomes;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotSource;
import io.ringmount.channels.Transport;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.InterruptSignal;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One cloned {@code /dev/fuse} descriptor for every channel. All share the kernel's one queue of
 * requests; each has its own list of those it must answer, which every process that holds the clone
 * may do.
 */
public final class DeviceTransport extends Transport {
  private static final long INTERRUPT_PAUSE_NANOS = 500_000;

  /** Long after every request that the kernel delivers again has been read. */
  private static final long DELIVERY_MILLIS = 60_000;

  private final int fd;
  private final List<Integer> cpus;
  private final SlotSource slots;
  private final Inheritance inheritance;
  private final Custody custody;
  private final List<DeviceChannel> channels = new ArrayList<>();
  private final List<Integer> clones = new ArrayList<>();
  private Optional<String> predecessorSlots = Optional.empty();
  private Thread forgetter;

  /**
   * @param fd the connection's descriptor, mounted; stays the caller's
   * @param cpus one channel for each
   * @param slots for the queue of each of these CPUs
   * @param inheritance what an earlier process left: its clones
   * @param custody holds the clones; without them their requests would fail
   */
  public DeviceTransport(
      int fd,
      Session session,
      List<Integer> cpus,
      SlotSource slots,
      Inheritance inheritance,
      Custody custody) {
    super(session);
    this.fd = fd;
    this.cpus = List.copyOf(cpus);
    this.slots = slots;
    this.inheritance = inheritance;
    this.custody = custody;
  }

  @Override
  protected List<DeviceChannel> makeChannels() throws IOException {
    if (!inheritance.has(Inheritance.CONNECTION)) {
      keepSlots();
    }
    for (int cpu : cpus) {
      int clone = cloneFor(cpu);
      clones.add(clone);
      Slot[] own = slots.ofQueue(cpu);
      channels.add(
          new DeviceChannel(
              "channel-" + cpu, cpu, clone, own, slots.copies(own.length), session()));
    }
    return channels;
  }

  private int cloneFor(int cpu) throws IOException {
    String name = Inheritance.clone(cpu);
    if (inheritance.has(name)) {
      return (int) LinuxException.check(FileOps.dup(inheritance.get(name)), "dup", name);
    }
    int clone = FuseDevice.clone(fd);
    custody.keep(name, clone);
    return clone;
  }

  @Override
  public void succeed(Inheritance left, boolean predecessorLives) throws IOException {
    NavigableMap<Long, Integer> earlier = left.deviceSlots();
    predecessorSlots =
        Optional.ofNullable(earlier.lastEntry())
            .map(last -> Inheritance.deviceSlots(last.getKey()));
    keepSlots();
    // One that lives answers what it has read.
    if (!predecessorLives) {
      Outcomes outcomes = Outcomes.of(left);
      channels.forEach(channel -> channel.earlier(outcomes));
      LinuxException.check(FuseDevice.resend(fd), "FUSE_NOTIFY_RESEND", FuseDevice.PATH.toString());
    }
    forgetOld(earlier);
    Set<Long> ended =
        predecessorLives && !earlier.isEmpty()
            ? earlier.headMap(earlier.lastKey()).keySet()
            : earlier.keySet();
    forgetter = Thread.ofPlatform().daemon().name("forgetter").start(() -> forgetLater(ended));
  }

  private void keepSlots() throws IOException {
    custody.keep(Inheritance.deviceSlots(System.nanoTime()), slots.fd());
  }

  /**
   * Forgets processes whose successor began to serve long ago: those after them may all have ended
   * before {@link #forgetLater} had its time.
   */
  private void forgetOld(NavigableMap<Long, Integer> earlier) {
    long old = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(DELIVERY_MILLIS);
    for (long since : earlier.keySet()) {
      Long ended = earlier.higherKey(since);
      if (ended != null && ended < old) {
        custody.drop(Inheritance.deviceSlots(since));
      }
    }
  }

  /** What has not been delivered again by then had been answered. */
  private void forgetLater(Set<Long> others) {
    try {
      Thread.sleep(DELIVERY_MILLIS);
    } catch (InterruptedException e) {
      return;
    }
    others.forEach(since -> custody.drop(Inheritance.deviceSlots(since)));
  }

  @Override
  public boolean bringsAll() {
    return true;
  }

  @Override
  public boolean predecessorEnded(Inheritance left) {
    // The kernel delivers all unanswered requests again, or none: those of this process too.
    Integer slots = predecessorSlots.map(left.descriptors()::get).orElse(null);
    if (slots == null) {
      return true;
    }
    if (Outcomes.anyUnanswered(slots)) {
      return false;
    }
    custody.drop(predecessorSlots.get());
    return true;
  }

  @Override
  protected void stopServing(long millis) throws IOException, InterruptedException {
    InterruptSignal signal = InterruptSignal.find();
    channels.forEach(DeviceChannel::stop);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!awaitEnd(0) && System.nanoTime() - deadline < 0) {
      for (DeviceChannel channel : channels) {
        channel.interruptRead(signal);
      }
      // Interrupted without a pause, a thread would never get on.
      LockSupport.parkNanos(INTERRUPT_PAUSE_NANOS);
    }
  }

  @Override
  public void close() {
    if (forgetter != null) {
      forgetter.interrupt();
    }
    channels.forEach(DeviceChannel::close);
    clones.forEach(FileOps::close);
    clones.clear();
  }
}
