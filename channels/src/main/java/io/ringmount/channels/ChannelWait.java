package io.ringmount.channels;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.waiting.AdaptiveWait;
import io.ringmount.channels.waiting.BlockingWait;
import io.ringmount.channels.waiting.BoundedPoll;
import io.ringmount.channels.waiting.CoreContention;
import io.ringmount.channels.waiting.PollBudget;
import io.ringmount.channels.waiting.RunDelay;
import io.ringmount.channels.waiting.WaitStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one channel waits. Any thread may say how; the channel's thread then makes the strategy, as
 * that watches the thread it is made on.
 */
final class ChannelWait implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelWait.class);
  private static final NanoClock CLOCK = SystemNanoClock.INSTANCE;

  private volatile Setting wanted = new Setting(BusyPoll.OFF, 0, 1);
  private Setting present = wanted;
  private volatile WaitStrategy strategy = BlockingWait.INSTANCE;
  private RunDelay runDelay;

  private record Setting(BusyPoll busyPoll, double share, long wakeUpNanos) {}

  /**
   * Asks for another way; the channel takes it up at its next wait. Any thread.
   *
   * @param share the most of a CPU that may go to polling without result
   * @param wakeUpNanos what waking the channel's blocked thread costs
   */
  void use(BusyPoll busyPoll, double share, long wakeUpNanos) {
    Setting setting = new Setting(busyPoll, share, wakeUpNanos);
    if (!setting.equals(wanted)) {
      wanted = setting;
    }
  }

  /** The strategy to use now. Channel thread only. */
  @SuppressWarnings("ReferenceEquality") // an equal setting is never put in another's place
  WaitStrategy strategy() {
    Setting setting = wanted;
    if (setting != present) {
      present = setting;
      close();
      strategy = make(setting);
    }
    return strategy;
  }

  private WaitStrategy make(Setting setting) {
    if (setting.busyPoll.nanos() == 0 || setting.share == 0) {
      return BlockingWait.INSTANCE;
    }
    PollBudget budget = new PollBudget(setting.share, CLOCK.nanoTime());
    if (!setting.busyPoll.isAuto()) {
      return new BoundedPoll(setting.busyPoll.nanos(), budget, CLOCK);
    }
    return new AdaptiveWait(
        setting.wakeUpNanos, AdaptiveWait.DEFAULT_MAX_BOUND_NANOS, budget, contention(), CLOCK);
  }

  private CoreContention contention() {
    try {
      runDelay = RunDelay.ofCurrentThread(CLOCK);
      return runDelay;
    } catch (LinuxException e) {
      LOG.debug("the kernel does not say who else wants the processor: {}", e.getMessage());
      return CoreContention.UNKNOWN;
    }
  }

  /** How long the channel polls at present, in ns. Any thread. */
  long boundNanos() {
    return strategy.boundNanos();
  }

  /** Channel thread only. */
  @Override
  public void close() {
    if (runDelay != null) {
      runDelay.close();
      runDelay = null;
    }
  }
}
