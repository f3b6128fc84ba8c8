package io.ringmount.daemon.control;

import io.ringmount.daemon.cache.CacheStatus;
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
 * @param generation number of the daemon among those started for this mount, from 1
 * @param generationStarted when it began to serve, ISO-8601
 * @param version of the daemon
 * @param daemonPid its process
 * @param watchdogPid null without a watchdog
 * @param uptimeSeconds of the daemon's service
 * @param channels one for each
 * @param totals what all daemons of this mount have counted; null when that cannot be read
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
    String generationStarted,
    String version,
    long daemonPid,
    Long watchdogPid,
    long uptimeSeconds,
    List<Channel> channels,
    Totals totals,
    int maxInFlight,
    long memoryBudgetBytes,
    long memoryBytes,
    Map<String, String> settings,
    Map<Integer, Map<String, String>> coreSettings,
    CacheStatus cache) {

  /**
   * What was counted since the mount was made, whichever daemon served; less when the counters of
   * an earlier one were lost.
   *
   * @param since when the first of them began, ISO-8601
   * @param daemons how many of them there were
   * @param requests answered, given up or in flight; one that passed from daemon to daemon once
   * @param failed answered with an error of a channel's own
   * @param malformed that could not be decoded
   * @param interrupted answered EINTR because their caller had given up
   * @param recovered that a daemon had received and left to the next one
   * @param resumed those of them that it had begun with, and that were carried out anew or
   *     completed
   * @param errors answers that were errors, by name of the error
   * @param operations by kind
   */
  public record Totals(
      String since,
      int daemons,
      long requests,
      long failed,
      long malformed,
      long interrupted,
      long recovered,
      long resumed,
      Map<String, Long> errors,
      List<Operation> operations) {}

  /**
   * One kind of request, and how long it took from arrival to answer.
   *
   * @param name the kernel's
   * @param answered how many
   */
  public record Operation(
      String name,
      long answered,
      double meanMicros,
      double medianMicros,
      double percentile99Micros,
      double maxMicros) {}

  /**
   * One channel of the present daemon.
   *
   * @param name of its thread
   * @param cpu -1 when it is not pinned
   * @param slots requests it can hold
   * @param busyPollMicros how long it polls at present before it sleeps, rounded up; 0: it does not
   * @param inFlight requests it works on
   * @param requests received by this daemon
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
