package io.ringmount.channels.uring;

import io.ringmount.channels.Channel;
import io.ringmount.channels.Dispatcher;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotRegion;
import io.ringmount.channels.Transport;
import io.ringmount.channels.device.DeviceChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * FUSE over io_uring: the kernel has one queue for every possible CPU and puts a request into the
 * queue of the CPU it was made on. Every channel has a ring and serves the queue of its own CPU;
 * queues of CPUs without a channel are spread over the channels.
 *
 * <p>The kernel serves nobody until every queue has a slot. FORGET and INTERRUPT never come through
 * a ring, so one more channel, not pinned, reads them from the device.
 */
public final class UringTransport extends Transport {
  /** FORGETs are answered by nothing and done in a moment. */
  private static final int CONTROL_SLOTS = 2;

  private final int fd;
  private final FileSystem fileSystem;
  private final List<Integer> cpus;
  private final int queues;
  private final int slots;
  private final SlotRegion region;
  private final List<UringChannel> rings = new ArrayList<>();

  /**
   * @param fd the connection's descriptor; stays the caller's
   * @param cpus one channel for each
   * @param queues how many queues the kernel has: the number of possible CPUs
   * @param slots of each queue
   * @param region has {@link #slots} slots left; stays the caller's
   */
  public UringTransport(
      int fd, FileSystem fileSystem, List<Integer> cpus, int queues, int slots, SlotRegion region) {
    this.fd = fd;
    this.fileSystem = fileSystem;
    this.cpus = List.copyOf(cpus);
    this.queues = queues;
    this.slots = slots;
    this.region = region;
  }

  /** How many slots this transport takes in all. */
  public static int slots(int queues, int perQueue) {
    return queues * perQueue + CONTROL_SLOTS;
  }

  @Override
  protected List<Channel> makeChannels() {
    for (int i = 0; i < cpus.size(); i++) {
      int[] own = queuesOf(i);
      // None: the CPU's number is beyond the queues, and the kernel uses queue 0 for it.
      if (own.length > 0) {
        int cpu = cpus.get(i);
        Slot[] taken = region.take(slots, own);
        rings.add(new UringChannel("channel-" + cpu, cpu, fd, taken, new Dispatcher(fileSystem)));
      }
    }
    List<Channel> channels = new ArrayList<>(rings);
    channels.add(
        new DeviceChannel(
            "channel-control",
            Channel.UNPINNED,
            fd,
            region.take(CONTROL_SLOTS, 0),
            new Dispatcher(fileSystem)));
    return channels;
  }

  /** The queue of the channel's CPU, and its share of the queues of CPUs that have no channel. */
  private int[] queuesOf(int channel) {
    List<Integer> result = new ArrayList<>();
    int homeless = 0;
    for (int queue = 0; queue < queues; queue++) {
      boolean served = cpus.contains(queue);
      if (served ? queue == cpus.get(channel) : homeless++ % cpus.size() == channel) {
        result.add(queue);
      }
    }
    return result.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public void stop() {
    rings.forEach(UringChannel::stop);
    super.stop();
  }

  @Override
  public void close() {
    rings.forEach(UringChannel::close);
  }
}
