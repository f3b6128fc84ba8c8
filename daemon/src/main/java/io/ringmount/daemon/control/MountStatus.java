package io.ringmount.daemon.control;

import java.util.List;
import java.util.Map;

/**
 * What {@code status} tells; the names are those of the JSON and others rely on them.
 *
 * @param mountpoint where it is mounted
 * @param backend the backend directory
 * @param transport {@code uring} or {@code device}
 * @param transportReason why that one
 * @param ringMode {@code strict} or {@code bounded}; null without rings
 * @param crashSafe what a crash of the daemon costs; {@code none}: the mount ends with it
 * @param generation how many daemons have served this mount
 * @param version of the daemon
 * @param daemonPid its process
 * @param watchdogPid null without a watchdog
 * @param uptimeSeconds of the daemon's service
 * @param channels one for each
 * @param maxInFlight requests that are worked on at once, at most
 * @param memoryBudgetBytes the most that slots may take
 * @param memoryBytes what they take
 * @param settings those of the whole mount that can change while it is mounted, by name
 * @param coreSettings those of single CPUs, by number and name
 * @param cache null without one
 */
public record MountStatus(
    String mountpoint,
    String backend,
    String transport,
    String transportReason,
    String ringMode,
    String crashSafe,
    int generation,
    String version,
    long daemonPid,
    Long watchdogPid,
    long uptimeSeconds,
    List<Channel> channels,
    int maxInFlight,
    long memoryBudgetBytes,
    long memoryBytes,
    Map<String, String> settings,
    Map<Integer, Map<String, String>> coreSettings,
    Object cache) {

  /**
   * One channel.
   *
   * @param name of its thread
   * @param cpu -1 when it is not pinned
   * @param slots requests it can hold
   * @param busyPollMicros how long it polls at present before it sleeps, rounded up; 0: it does not
   * @param inFlight requests it works on
   * @param requests received so far
   * @param systemCalls made to exchange requests and replies with the kernel
   * @param failed answered with an error of the channel's own
   * @param malformed that could not be decoded
   */
  public record Channel(
      String name,
      int cpu,
      int slots,
      long busyPollMicros,
      int inFlight,
      long requests,
      long systemCalls,
      long failed,
      long malformed) {}
}
