package io.ringmount.channels.metrics;

/**
 * Which channel the numbers belong to.
 *
 * @param name 1 to {@value #MAX_NAME_LENGTH} printable ASCII characters, for instance {@code
 *     channel-0}
 * @param cpu the CPU it is pinned to, or -1
 */
public record ChannelIdentity(String name, int cpu) {
  /** Characters. */
  public static final int MAX_NAME_LENGTH = 64;

  /**
   * @throws IllegalArgumentException when a value is out of its range
   */
  public ChannelIdentity {
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException("channel name of " + name.length() + " characters");
    }
    if (!name.chars().allMatch(each -> each >= ' ' && each <= '~')) {
      throw new IllegalArgumentException("channel name that is not printable ASCII");
    }
    if (cpu < -1) {
      throw new IllegalArgumentException("CPU " + cpu);
    }
  }
}
