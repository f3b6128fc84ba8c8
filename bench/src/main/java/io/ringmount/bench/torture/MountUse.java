package io.ringmount.bench.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the processes of a mount have of the machine.
 *
 * @param daemon the one that serves
 * @param watchdog empty: there is none
 */
record MountUse(ProcessUse daemon, Optional<ProcessUse> watchdog) {
  private static final int DESCRIPTORS_MORE = 8;
  private static final double MIB_MORE = 64;

  /** A daemon's heap grows with what it was asked, not with who served before. */
  private static final double DAEMON_FACTOR = 1.5;

  /**
   * Looks at them.
   *
   * @param source the mirrored directory, by its real path
   */
  static MountUse of(ServiceState state, Path source) throws IOException {
    return new MountUse(
        ProcessUse.of(state.daemonPid(), source),
        state.watchdogPid() == 0
            ? Optional.empty()
            : Optional.of(ProcessUse.of(state.watchdogPid(), source)));
  }

  /** What {@code later} has too much of descriptors; both when no client has a file open. */
  List<String> moreDescriptors(MountUse later) {
    List<String> grown = new ArrayList<>();
    daemon.descriptors().growth(later.daemon().descriptors(), DESCRIPTORS_MORE).stream()
        .map(each -> Victim.DAEMON.label() + ": " + each)
        .forEach(grown::add);
    if (watchdog.isPresent() && later.watchdog().isPresent()) {
      watchdog
          .get()
          .descriptors()
          .growth(later.watchdog().get().descriptors(), DESCRIPTORS_MORE)
          .stream()
          .map(each -> Victim.WATCHDOG.label() + ": " + each)
          .forEach(grown::add);
    }
    return grown;
  }

  /** What {@code later} has too much of memory; both after some load. */
  List<String> moreMemory(MountUse later) {
    List<String> grown = new ArrayList<>();
    double most = DAEMON_FACTOR * daemon.memoryMib() + MIB_MORE;
    checkMemory(grown, Victim.DAEMON, daemon, later.daemon(), most);
    if (watchdog.isPresent() && later.watchdog().isPresent()) {
      ProcessUse before = watchdog.get();
      checkMemory(
          grown, Victim.WATCHDOG, before, later.watchdog().get(), before.memoryMib() + MIB_MORE);
    }
    return grown;
  }

  private static void checkMemory(
      List<String> grown, Victim process, ProcessUse before, ProcessUse later, double mostMib) {
    if (later.memoryMib() > mostMib) {
      grown.add(
          "%s: %.1f MB, before %.1f"
              .formatted(process.label(), later.memoryMib(), before.memoryMib()));
    }
  }

  @Override
  public String toString() {
    return "daemon %s; watchdog %s"
        .formatted(daemon, watchdog.map(ProcessUse::toString).orElse("none"));
  }
}
