package io.ringmount.channels.uring;

import io.ringmount.channels.Channel;
import io.ringmount.channels.Inheritance;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotSource;
import io.ringmount.channels.Transport;
import io.ringmount.channels.device.DeviceChannel;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.PidFd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * FUSE over io_uring: the kernel has one queue for every possible CPU and puts a request into the
 * queue of the CPU it was made on. Every channel has a ring and serves the queue of its own CPU;
 * queues of CPUs without a channel are spread over the channels, unless it is said who serves them.
 *
 * <p>The kernel serves nobody until every queue has a slot. FORGET and INTERRUPT never come through
 * a ring, so one more channel, not pinned, reads them from the device.
 */
public final class UringTransport extends Transport {
  /** FORGETs are answered by nothing and done in a moment. */
  public static final int CONTROL_SLOTS = 2;

  private final int fd;
  private final List<Integer> cpus;
  private final int queues;
  private final MountOptions options;
  private final SlotSource slots;
  private final List<UringChannel> rings = new ArrayList<>();

  /** Of the rings, once they are to leave. */
  private final List<PidFd> ringThreads = new ArrayList<>();

  private Rings shared;
  private DeviceChannel control;

  /**
   * @param fd the connection's descriptor; stays the caller's
   * @param cpus one channel for each
   * @param queues how many queues the kernel has: the number of possible CPUs
   * @param slots for every queue, and {@link #CONTROL_SLOTS} others
   */
  public UringTransport(
      int fd,
      Session session,
      List<Integer> cpus,
      int queues,
      MountOptions options,
      SlotSource slots) {
    super(session);
    this.fd = fd;
    this.cpus = List.copyOf(cpus);
    this.queues = queues;
    this.options = options;
    this.slots = slots;
  }

  @Override
  protected List<Channel> makeChannels() throws IOException {
    shared = new Rings(options.ringMode(), fd, slots.all(), moveNanos());
    Map<Integer, List<Integer>> served = servedQueues();
    for (Map.Entry<Integer, List<Integer>> each : served.entrySet()) {
      int cpu = each.getKey();
      Slot[] own =
          each.getValue().stream()
              .flatMap(queue -> Stream.of(slots.ofQueue(queue)))
              .toArray(Slot[]::new);
      Slot[] copies = slots.copies(own.length);
      rings.add(new UringChannel("channel-" + cpu, cpu, own, copies, session(), shared));
    }
    shared.channels(rings);
    control = DeviceChannel.ofControl(fd, slots.others(), slots.copies(0), session());
    List<Channel> channels = new ArrayList<>(rings);
    channels.add(control);
    return channels;
  }

  /**
   * With one processor no caller can move; a kernel thread that commits has the priority already.
   */
  private OptionalLong moveNanos() throws IOException {
    boolean wanted = session().lends() && options.ringMode() != RingMode.SQPOLL;
    return wanted && Cpu.usable().length > 1
        ? OptionalLong.of(session().wakeUpNanos(cpus.getFirst()))
        : OptionalLong.empty();
  }

  /** Which queues the channel of each CPU serves; a CPU beyond the queues has no channel. */
  private Map<Integer, List<Integer>> servedQueues() throws IOException {
    Map<Integer, List<Integer>> served = new LinkedHashMap<>();
    int homeless = 0;
    for (int queue = 0; queue < queues; queue++) {
      Integer server = options.servers().get(queue);
      if (server == null) {
        server = cpus.contains(queue) ? queue : cpus.get(homeless++ % cpus.size());
      } else if (!cpus.contains(server)) {
        throw new IOException(
            "processor %d, which is to serve processor %d, has no channel"
                .formatted(server, queue));
      }
      served.computeIfAbsent(server, _ -> new ArrayList<>()).add(queue);
    }
    return served;
  }

  @Override
  public void succeed(Inheritance left, boolean predecessorLives) {
    shared.inherit(new Legacy(predecessorLives));
  }

  @Override
  public boolean bringsAll() {
    // A queue that another processor's channel serves can only be kicked from its own.
    return shared.legacy().isKicked() && rings.size() == queues;
  }

  @Override
  public boolean predecessorEnded(Inheritance left) {
    shared.legacy().abandon();
    return true;
  }

  /**
   * A polled ring's kernel thread only takes back what it has once the ring is dying, and then ends
   * with ECANCELED what arrives, {@code io_should_terminate_tw} in {@code io_uring/io_uring.h}.
   * When the process ends it takes everything back first.
   */
  @Override
  public boolean leavesWithoutLoss() {
    return options.ringMode() != RingMode.SQPOLL;
  }

  @Override
  protected void stopServing(long millis) throws IOException {
    Optional<Lender> lender = shared.lender();
    if (lender.isPresent()) {
      lender.get().end();
    }
    for (UringChannel ring : rings) {
      Optional<PidFd> thread = ring.openThread();
      if (thread.isPresent()) {
        ringThreads.add(thread.get());
      }
    }
    control.stop();
    boolean copies = session().detaches();
    rings.forEach(ring -> ring.leave(copies));
  }

  /** A thread that ends has the kernel take back what it had in its ring, and nothing else does. */
  @Override
  protected void awaitRelease(int millis) throws IOException {
    for (PidFd thread : ringThreads) {
      if (!thread.awaitExit(millis)) {
        throw new IOException("the kernel does not end the thread of a channel");
      }
    }
  }

  @Override
  public void stop() {
    rings.forEach(UringChannel::stop);
    super.stop();
  }

  @Override
  public void close() {
    ringThreads.forEach(PidFd::close);
    ringThreads.clear();
    rings.forEach(UringChannel::close);
    if (shared != null) {
      shared.close();
      shared = null;
    }
    if (control != null) {
      control.close();
    }
  }
}
