package io.ringmount.daemon.cli;

import com.google.gson.JsonObject;
import io.ringmount.channels.ChannelStatus;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.RingMode;
import io.ringmount.daemon.config.LiveSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.ControlServer;
import io.ringmount.daemon.control.MountStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's answer to {@code status}. */
final class StatusAnswer implements ControlServer.Answer {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(StatusAnswer.class);

  private final Service service;
  private final LiveSettings live;
  private final Supplier<OptionalLong> watchdog;
  private final long startNanos = System.nanoTime();
  private final Instant started = Instant.now();

  /**
   * @param watchdog its process, if there is one
   */
  StatusAnswer(Service service, LiveSettings live, Supplier<OptionalLong> watchdog) {
    this.service = service;
    this.live = live;
    this.watchdog = watchdog;
  }

  @Override
  public MountStatus to(JsonObject arguments) {
    FuseMount mount = service.mount();
    List<ChannelStatus> channels = mount.channels();
    int slots = channels.stream().mapToInt(ChannelStatus::slots).sum();
    OptionalLong watchdogPid = watchdog.get();
    return new MountStatus(
        mount.mountpoint().toString(),
        service.settings().source().toString(),
        mount.transport().label(),
        mount.transportReason(),
        mount.ringMode().map(RingMode::label).orElse(null),
        watchdogPid.isPresent() ? promise(mount) : "none",
        service.generation(),
        started.toString(),
        Version.current(),
        ProcessHandle.current().pid(),
        watchdogPid.isPresent() ? watchdogPid.getAsLong() : null,
        (System.nanoTime() - startNanos) / NANOS_PER_SECOND,
        channels.stream().map(StatusAnswer::describe).toList(),
        totals(),
        Math.min(service.settings().get(OptionTable.MAX_INFLIGHT).orElse(slots), slots),
        service.settings().get(OptionTable.MEMORY_BUDGET),
        mount.memoryBytes(),
        live.values(),
        live.coreValues(),
        service.cache() == null ? null : service.cache().status());
  }

  private MountStatus.Totals totals() {
    try {
      return StatusTotals.of(service.metrics());
    } catch (IOException damaged) {
      LOG.warn("no totals: {}", damaged.getMessage());
      return null;
    }
  }

  /** What a killed daemon costs; only rings can lose what the kernel hands to a dying process. */
  private static String promise(FuseMount mount) {
    boolean bounded = mount.ringMode().filter(mode -> mode == RingMode.BOUNDED).isPresent();
    return bounded ? "bounded" : "strict";
  }

  private static MountStatus.Channel describe(ChannelStatus channel) {
    return new MountStatus.Channel(
        channel.name(),
        channel.cpu(),
        channel.slots(),
        Math.ceilDiv(channel.busyPollNanos(), NANOS_PER_MICRO),
        channel.inFlight(),
        channel.requests(),
        channel.systemCalls(),
        channel.failed(),
        channel.malformed());
  }
}
