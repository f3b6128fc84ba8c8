package io.ringmount.watchdog;

import java.time.Duration;
import java.util.Optional;

/** Looks at the heartbeats of the daemons again and again. */
final class HangWatch {
  private final EventLoop loop;
  private final Duration period;
  private final DaemonSupervisor supervisor;
  private final Alarm alarm;
  private long lastNanos;

  HangWatch(EventLoop loop, Duration period, DaemonSupervisor supervisor) {
    this.loop = loop;
    this.period = period;
    this.supervisor = supervisor;
    alarm = new Alarm(loop);
  }

  void start() {
    lastNanos = loop.nanoTime();
    alarm.set(period, this::look);
  }

  private void look() {
    long now = loop.nanoTime();
    for (DaemonProcess each : supervisor.roster().beating()) {
      Optional<String> hang = each.hangs().flatMap(beats -> beats.look(now - lastNanos));
      hang.ifPresent(how -> supervisor.hangs(each, how));
    }
    lastNanos = now;
    alarm.set(period, this::look);
  }
}
