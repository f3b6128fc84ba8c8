package io.ringmount.daemon.config;

/**
 * One option, complete: whatever reads, checks or documents options uses this.
 *
 * @param name as users write it on the command line
 * @param section where it stands in a tuning file
 * @param key its name there
 * @param scope what it can be set for
 * @param defaultText what stands in its place when it is not given
 * @param change when it can change
 * @param sentence what it does
 */
public record Option<T>(
    String name,
    Section section,
    String key,
    Scope scope,
    ValueType<T> type,
    String defaultText,
    Change change,
    String sentence) {
  /** When a setting can change. */
  public enum Change {
    /** Only by mounting anew. */
    MOUNT,
    /** While mounted. */
    LIVE
  }

  /** What a setting can be set for. */
  public enum Scope {
    /** The mount, by {@code -o} or in a tuning file. */
    MOUNT,
    /** A CPU, in a table {@code [[channels.core]]} of a tuning file. */
    CORE,
    /** The mount, and single CPUs differently. */
    BOTH,
    /** The mount, in a tuning file; the command line has another place for it. */
    FILE
  }

  public T defaultValue() {
    return ValueType.constant(defaultText, type::parse);
  }

  /** Whether {@code -o} takes it. */
  boolean isMountOption() {
    return scope == Scope.MOUNT || scope == Scope.BOTH;
  }

  /** Whether a single CPU can have it. */
  boolean isPerCore() {
    return scope == Scope.CORE || scope == Scope.BOTH;
  }

  boolean isLive() {
    return change == Change.LIVE;
  }

  /** What to do about a text that is no value of it. */
  String remedy() {
    return "use " + type.range();
  }
}
