package io.ringmount.channels;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.metrics.ChannelIdentity;
import io.ringmount.channels.metrics.MetricsFile;
import io.ringmount.channels.metrics.MetricsHistory;
import io.ringmount.channels.metrics.MetricsReader;
import io.ringmount.channels.waiting.WakeUpCost;
import io.ringmount.channels.wire.Opcode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What all channels of one mount share. Nothing here is locked or written for each request. */
public final class Session implements AutoCloseable {
  /** Of nanoseconds that have not been measured; also what a wake-up costs at least. */
  private static final long UNKNOWN = 1;

  private final FileSystem fileSystem;
  private final Execution execution;
  private final NodeOrder order;
  private final Budget budget;
  private final WorkerPool workers;
  private final boolean balanced;
  private final boolean lends;
  private final int slots;
  private final Interrupts interrupts = new Interrupts();
  private final Optional<Path> metricsFile;
  private volatile List<Channel> channels = List.of();
  private volatile Tuning tuning;
  private MetricsFile metrics;
  private long wakeUpNanos = UNKNOWN;

  /**
   * @param fileSystem stays the caller's
   * @param slots of all channels together
   */
  public Session(FileSystem fileSystem, MountOptions options, int slots) {
    this.fileSystem = fileSystem;
    this.execution = options.execution();
    this.order = options.ordered() ? new NodeOrder() : null;
    int limit = options.maxInFlight();
    // A bound that the slots keep anyway need not be counted across channels.
    this.budget = limit > 0 && limit < slots ? new Budget(limit) : null;
    this.workers = new WorkerPool(2 * slots);
    this.balanced = options.balanced();
    this.lends = options.lends();
    this.slots = slots;
    this.metricsFile = options.metrics();
    this.tuning = options.tuning();
  }

  /** Slots of all channels together. */
  public int slots() {
    return slots;
  }

  /** Whether channels take over requests from each other. */
  public boolean balanced() {
    return balanced;
  }

  /** Whether channels give way to callers that would move to another processor. */
  public boolean lends() {
    return lends;
  }

  FileSystem fileSystem() {
    return fileSystem;
  }

  /** Null when requests for one node may overlap. */
  NodeOrder order() {
    return order;
  }

  /** The bound on requests in flight of the whole mount; null when the slots are the bound. */
  Budget budget() {
    return budget;
  }

  WorkerPool workers() {
    return workers;
  }

  Interrupts interrupts() {
    return interrupts;
  }

  /**
   * Makes the channels known to each other and gives them what they record in, before any of them
   * starts.
   */
  public void begin(List<? extends Channel> all) throws IOException {
    channels = List.copyOf(all);
    List<ChannelIdentity> identities =
        all.stream().map(each -> new ChannelIdentity(each.name(), each.cpu())).toList();
    metrics =
        metricsFile.isPresent()
            ? MetricsFile.create(metricsFile.get(), identities)
            : MetricsFile.inMemory(identities);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).metrics(metrics.channels().get(i));
    }
    tune(tuning);
    interrupts.begin(channels);
  }

  /** See {@link MetricsFile#follow}; once begun. */
  void follow(MetricsHistory earlier) {
    metrics.follow(earlier);
  }

  /** What is recorded; once begun. */
  MetricsReader metrics() {
    return metrics.reader();
  }

  Tuning tuning() {
    return tuning;
  }

  /** Makes all channels wait as {@code wanted} says, from their next wait on. Any thread. */
  synchronized void tune(Tuning wanted) throws IOException {
    List<Channel> pinned = channels.stream().filter(each -> each.cpu() >= 0).toList();
    // First what may fail: either all channels change or none.
    long wakeUp = wakeUpNanos(pinned, wanted);
    long polling = 0;
    for (int i = 0; i < pinned.size(); i++) {
      Channel channel = pinned.get(i);
      // Those that poll are spread evenly over all.
      boolean polls = (long) ((i + 1) * wanted.spinShare()) > polling;
      polling += polls ? 1 : 0;
      BusyPoll busyPoll = polls ? wanted.busyPoll(channel.cpu()) : BusyPoll.OFF;
      channel.tune(busyPoll, wanted.busyPollShare(), wakeUp);
    }
    tuning = wanted;
  }

  private long wakeUpNanos(List<Channel> pinned, Tuning wanted) throws IOException {
    boolean needed = pinned.stream().anyMatch(each -> wanted.busyPoll(each.cpu()).isAuto());
    return needed ? wakeUpNanos(pinned.getFirst().cpu()) : wakeUpNanos;
  }

  /**
   * What waking a thread on another processor costs, in ns; measured when it is first needed.
   *
   * @param cpu where the waking thread runs
   */
  public synchronized long wakeUpNanos(int cpu) throws IOException {
    if (wakeUpNanos == UNKNOWN) {
      int other = Arrays.stream(Cpu.usable()).filter(each -> each != cpu).findFirst().orElse(cpu);
      wakeUpNanos = WakeUpCost.measure(cpu, other);
    }
    return wakeUpNanos;
  }

  List<Channel> channels() {
    return channels;
  }

  /** Whether requests are served on memory of their own. */
  public boolean detaches() {
    return execution == Execution.DETACHED;
  }

  /** Whether this request is. */
  boolean detaches(Slot slot) {
    return execution == Execution.DETACHED
        && switch (slot.request().opcode()) {
          // Without a reply, and about memory only.
          case Opcode.FORGET,
              Opcode.BATCH_FORGET,
              Opcode.INTERRUPT,
              Opcode.DESTROY,
              Opcode.NOTIFY_REPLY ->
              false;
          // Else malformed, and refused at once.
          default ->
              slot.request().wellFormed() && slot.request().argumentsLength() <= slot.payloadSize();
        };
  }

  /** Whether the file system may wait before it returns from this request. */
  boolean blocks(Slot slot) {
    return !fileSystem.transfers()
        || switch (slot.request().opcode()) {
          // A write, once begun, has to end in this process, and the ring's thread may end before.
          case Opcode.READ, Opcode.FSYNC, Opcode.FSYNCDIR -> false;
          default -> true;
        };
  }

  /** An admitted request has ended: whoever waits for room may look again. */
  void roomWasMade() {
    for (Channel channel : channels) {
      channel.scheduler().wakeIfHeld();
    }
  }

  @Override
  public void close() {
    interrupts.close();
    workers.close();
  }
}
