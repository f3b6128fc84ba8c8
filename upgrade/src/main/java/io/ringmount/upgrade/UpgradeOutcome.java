package io.ringmount.upgrade;

/** How a planned upgrade ended. */
public sealed interface UpgradeOutcome {
  /** The new daemon serves. */
  record Upgraded(UpgradeReport report) implements UpgradeOutcome {}

  /**
   * The previous daemon serves as before, or one of the previous distribution does.
   *
   * @param reason one sentence
   */
  record Refused(String reason) implements UpgradeOutcome {}
}
