package io.ringmount.daemon.control;

import java.util.List;

/**
 * What {@code status} tells; the names are those of the JSON and others rely on them.
 *
 * @param mountpoint where it is mounted
 * @param backend the backend directory
 * @param transport {@code uring} or {@code device}
 * @param transportReason why that one
 * @param crashSafe what a crash of the daemon costs; {@code none}: the mount ends with it
 * @param generation how many daemons have served this mount
 * @param version of the daemon
 * @param daemonPid its process
 * @param watchdogPid null without a watchdog
 * @param uptimeSeconds of the daemon's service
 * @param channels one for each
 * @param memoryBudgetBytes the most that slots may take
 * @param memoryBytes what they take
 * @param cache null without one
 */
public record MountStatus(
    String mountpoint,
    String backend,
    String transport,
    String transportReason,
    String crashSafe,
    int generation,
    String version,
    long daemonPid,
    Long watchdogPid,
    long uptimeSeconds,
    List<Channel> channels,
    long memoryBudgetBytes,
    long memoryBytes,
    Object cache) {

  /**
   * One channel.
   *
   * @param name of its thread
   * @param cpu -1 when it is not pinned
   * @param slots requests it can hold
   * @param inFlight requests it works on
   * @param requests received so far
   * @param failed answered with an error of the channel's own
   * @param malformed that could not be decoded
   */
  public record Channel(
      String name, int cpu, int slots, int inFlight, long requests, long failed, long malformed) {}
}
