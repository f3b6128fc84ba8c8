package io.ringmount.channels.device;

import io.ringmount.channels.Dispatcher;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.SlotRegion;
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
  private final FileSystem fileSystem;
  private final List<Integer> cpus;
  private final int slots;
  private final SlotRegion region;
  private final List<Integer> clones = new ArrayList<>();

  /**
   * @param fd the connection's descriptor, mounted; stays the caller's
   * @param cpus one channel for each
   * @param slots of each channel
   * @param region has {@code cpus.size() * slots} slots left; stays the caller's
   */
  public DeviceTransport(
      int fd, FileSystem fileSystem, List<Integer> cpus, int slots, SlotRegion region) {
    this.fd = fd;
    this.fileSystem = fileSystem;
    this.cpus = List.copyOf(cpus);
    this.slots = slots;
    this.region = region;
  }

  @Override
  protected List<DeviceChannel> makeChannels() throws IOException {
    List<DeviceChannel> channels = new ArrayList<>();
    for (int cpu : cpus) {
      int clone = FuseDevice.clone(fd);
      clones.add(clone);
      channels.add(
          new DeviceChannel(
              "channel-" + cpu, cpu, clone, region.take(slots, cpu), new Dispatcher(fileSystem)));
    }
    return channels;
  }

  @Override
  public void close() {
    clones.forEach(FileOps::close);
    clones.clear();
  }
}
