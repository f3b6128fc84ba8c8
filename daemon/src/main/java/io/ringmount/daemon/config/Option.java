package io.ringmount.daemon.config;

/**
 * One option, complete: whatever reads, checks or documents options uses this.
 *
 * @param name as users write it
 * @param defaultText what stands in its place when it is not given
 * @param change when it can change
 * @param sentence what it does
 */
public record Option<T>(
    String name, ValueType<T> type, String defaultText, Change change, String sentence) {
  /** When a setting can change. */
  public enum Change {
    /** Only by mounting anew. */
    MOUNT,
    /** While mounted. */
    LIVE
  }

  public T defaultValue() {
    return ValueType.constant(defaultText, type::parse);
  }
}
