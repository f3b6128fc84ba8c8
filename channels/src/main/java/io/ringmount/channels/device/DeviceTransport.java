package io.ringmount.channels.device;

import io.ringmount.channels.Custody;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Inheritance;
import io.ringmount.channels.Outcomes;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotSource;
import io.ringmount.channels.Transport;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One cloned {@code /dev/fuse} descriptor for every channel. All share the kernel's one queue of
 * requests; each has its own list of those it must answer, which every process that holds the clone
 * may do.
 */
public final class DeviceTransport extends Transport {
  private static final long LEAVE_MILLIS = 5_000;

  private final int fd;
  private final List<Integer> cpus;
  private final SlotSource slots;
  private final Inheritance inheritance;
  private final Custody custody;
  private final List<DeviceChannel> channels = new ArrayList<>();
  private final List<Integer> clones = new ArrayList<>();

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
  public void succeed(boolean predecessorLives) throws IOException {
    // One that lives answers what it has read.
    if (!predecessorLives) {
      Outcomes outcomes = Outcomes.of(inheritance);
      channels.forEach(channel -> channel.earlier(outcomes));
      LinuxException.check(FuseDevice.resend(fd), "FUSE_NOTIFY_RESEND", FuseDevice.PATH.toString());
    }
  }

  @Override
  public boolean predecessorEnded() {
    // The kernel delivers all unanswered requests again, or none: those of this process too.
    return !Outcomes.anyUnanswered(inheritance);
  }

  @Override
  public void leave() throws IOException, InterruptedException {
    channels.forEach(DeviceChannel::stop);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAVE_MILLIS);
    while (!awaitEnd(1) && System.nanoTime() - deadline < 0) {
      // Wakes one thread that waits in a read.
      FuseDevice.kick(fd, FileSystem.ROOT);
    }
    awaitLeft(1);
  }

  @Override
  public void close() {
    channels.forEach(DeviceChannel::close);
    clones.forEach(FileOps::close);
    clones.clear();
  }
}
