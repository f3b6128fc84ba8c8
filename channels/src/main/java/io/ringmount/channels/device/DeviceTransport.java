package io.ringmount.channels.device;

import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotSource;
import io.ringmount.channels.Transport;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One cloned {@code /dev/fuse} descriptor for every channel. All share the kernel's one queue of
 * requests; each has its own list of those it must answer.
 */
public final class DeviceTransport extends Transport {
  private final int fd;
  private final List<Integer> cpus;
  private final SlotSource slots;
  private final List<DeviceChannel> channels = new ArrayList<>();
  private final List<Integer> clones = new ArrayList<>();

  /**
   * @param fd the connection's descriptor, mounted; stays the caller's
   * @param cpus one channel for each
   * @param slots for the queue of each of these CPUs
   */
  public DeviceTransport(int fd, Session session, List<Integer> cpus, SlotSource slots) {
    super(session);
    this.fd = fd;
    this.cpus = List.copyOf(cpus);
    this.slots = slots;
  }

  @Override
  protected List<DeviceChannel> makeChannels() throws IOException {
    for (int cpu : cpus) {
      int clone = FuseDevice.clone(fd);
      clones.add(clone);
      Slot[] own = slots.ofQueue(cpu);
      channels.add(
          new DeviceChannel(
              "channel-" + cpu, cpu, clone, own, slots.copies(own.length), session()));
    }
    return channels;
  }

  @Override
  public void close() {
    channels.forEach(DeviceChannel::close);
    clones.forEach(FileOps::close);
    clones.clear();
  }
}
