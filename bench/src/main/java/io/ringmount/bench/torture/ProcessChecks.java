package io.ringmount.bench.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Follows the processes of a mount through a run: who serves, and that what they have of the
 * machine does not grow.
 */
final class ProcessChecks {
  /**
   * Descriptors of what clients have closed are given back when the kernel has said so. A daemon
   * keeps what those before it had read of the device for a minute, and looks as long for nodes
   * that the kernel has forgotten.
   */
  private static final long SETTLE_MILLIS = 120_000;

  private static final long POLL_MILLIS = 100;

  private final TortureMount mount;
  private final Succession succession;
  private final MountUse atRest;
  private final int halfway;
  private final List<String> notes = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private MountUse atWork;
  private boolean eventFailed;

  /**
   * Begins, before anybody uses the mount.
   *
   * @param standby whether a second daemon may be kept ready
   * @param events how many there will be
   */
  ProcessChecks(TortureMount mount, boolean standby, int events) throws IOException {
    this.mount = mount;
    halfway = events / 2;
    succession = new Succession(mount.state(), standby);
    atRest = note("at rest");
    atWork = atRest;
  }

  /** Before an event, while clients work. */
  void before(int number) throws IOException {
    violations.addAll(succession.still(mount.state()));
    if (number == 0) {
      atWork = note("at work");
    } else if (number == halfway) {
      note("halfway");
    }
  }

  /** After an event that went well. */
  void after(int number, Schedule schedule) throws IOException {
    String event = "event %d, %s".formatted(number + 1, schedule.title());
    violations.addAll(succession.after(event, schedule.replacement(number), mount.state()));
  }

  /** An event went wrong: who must serve from now on is not known. */
  void eventFailed() {
    eventFailed = true;
  }

  /** After the last event, when no client has a file open any more. */
  void end() throws IOException, InterruptedException {
    if (!eventFailed) {
      violations.addAll(succession.still(mount.state()));
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS);
    while (!eventFailed
        && !atRest.moreDescriptors(use()).isEmpty()
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    MountUse end = note("at the end");
    violations.addAll(atRest.moreDescriptors(end));
    violations.addAll(atWork.moreMemory(end));
  }

  private MountUse use() throws IOException {
    return MountUse.of(mount.state(), mount.source());
  }

  private MountUse note(String when) throws IOException {
    ServiceState state = mount.state();
    MountUse use = MountUse.of(state, mount.source());
    notes.add(
        "%s: generation %d, %s; %d processes"
            .formatted(when, state.generation(), use, mount.processes().size()));
    return use;
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }
}
