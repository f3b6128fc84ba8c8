package io.ringmount.bench.torture;

import io.ringmount.channels.linux.PidFd;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Signals to the mount's processes, without any warning. */
public final class Crashes implements Schedule {
  private static final long POLL_MILLIS = 2;

  private final CrashTarget target;
  private final CrashSignal signal;
  private final long gapMillis;
  private final long limitMillis;

  /**
   * @param gapMillis from the first to the second victim of an event
   * @param limitMillis within which the mount must be served again
   */
  public Crashes(CrashTarget target, CrashSignal signal, long gapMillis, long limitMillis) {
    this.target = target;
    this.signal = signal;
    this.gapMillis = gapMillis;
    this.limitMillis = limitMillis;
  }

  @Override
  public String title() {
    return "SIG" + signal + " to " + target;
  }

  /** No crash counts for the delay by which the watchdog answers crashes in quick succession. */
  @Override
  public List<String> javaFlags() {
    return List.of("-Dringmount.watchdog.settled=0");
  }

  /** A standby is the watchdog's, and ends with it. */
  @Override
  public Replacement replacement(int number) {
    Set<Victim> victims = Set.copyOf(target.victims(number));
    return new Replacement(victims, victims.contains(Victim.WATCHDOG));
  }

  @Override
  public Event next(int number, TortureMount mount)
      throws IOException, InterruptedException, ViolationException {
    ServiceState before = mount.state();
    List<Victim> victims = target.victims(number);
    for (Victim victim : victims) {
      ViolationException.unless(victim.pid(before) != 0, "no %s: %s", victim, before);
    }
    long begin = System.nanoTime();
    for (Victim victim : victims) {
      if (victim != victims.getFirst()) {
        TimeUnit.MILLISECONDS.sleep(gapMillis);
      }
      try (PidFd process = PidFd.open(victim.pid(before))) {
        process.sendSignal(signal.number());
      }
    }
    long deadline = begin + TimeUnit.MILLISECONDS.toNanos(limitMillis);
    awaitSuccessors(mount, before, victims, deadline);
    mount.probe(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    return new Event(describe(victims), begin, System.nanoTime());
  }

  private static String describe(List<Victim> victims) {
    return String.join(" and ", victims.stream().map(Victim::label).toList());
  }

  private static void awaitSuccessors(
      TortureMount mount, ServiceState before, List<Victim> victims, long deadline)
      throws InterruptedException, ViolationException {
    String last = "nothing was heard";
    while (System.nanoTime() < deadline) {
      try {
        ServiceState now = mount.state();
        if (victims.stream().allMatch(each -> succeeded(each, before, now))) {
          return;
        }
        last = now.toString();
      } catch (IOException notYet) {
        last = notYet.toString();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new ViolationException(
        "no successor of %s in time; before %s, now %s".formatted(victims, before, last));
  }

  private static boolean succeeded(Victim victim, ServiceState before, ServiceState now) {
    return switch (victim) {
      case DAEMON ->
          now.generation() > before.generation() && now.daemonPid() != before.daemonPid();
      case WATCHDOG -> now.watchdogPid() != 0 && now.watchdogPid() != before.watchdogPid();
    };
  }
}
