package io.ringmount.daemon.control;

import java.util.List;
import java.util.Map;

/**
 * What became of a {@link TuneRequest}: all of it, or nothing and the mistakes.
 *
 * @param changes one for each setting that was named
 * @param settings what holds for the whole mount, by name
 * @param coreSettings what holds for single CPUs instead, by number and name
 * @param mistakes empty when it was done
 */
public record TuneReply(
    List<Change> changes,
    Map<String, String> settings,
    Map<Integer, Map<String, String>> coreSettings,
    List<Mistake> mistakes) {

  /**
   * One setting.
   *
   * @param from its value before
   * @param to its value now
   */
  public record Change(String setting, String from, String to) {}

  /** What is wrong, and what to do about it. */
  public record Mistake(String what, String remedy) {}
}
