package io.ringmount.bench.torture;

import java.util.Arrays;

/** Content of files that anyone who knows its seed can check, piece by piece. */
final class Content {
  private Content() {}

  /** The bytes from {@code offset} on. */
  static byte[] of(long seed, long offset, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(seed, offset + i);
    }
    return bytes;
  }

  /** One byte: that of the mixed number of its 8-byte word (SplitMix64). */
  private static byte at(long seed, long offset) {
    long word = seed + (offset >>> 3) * 0x9E3779B97F4A7C15L;
    word = (word ^ (word >>> 30)) * 0xBF58476D1CE4E5B9L;
    word = (word ^ (word >>> 27)) * 0x94D049BB133111EBL;
    word ^= word >>> 31;
    return (byte) (word >>> ((offset & 7) << 3));
  }

  /**
   * Throws unless both are equal.
   *
   * @param what as the message begins
   * @param offset of the first byte in its file, for the message
   */
  static void check(String what, long offset, byte[] expected, byte[] found)
      throws ViolationException {
    int difference = Arrays.mismatch(expected, found);
    if (difference < 0) {
      return;
    }
    ViolationException.unless(
        difference < expected.length && difference < found.length,
        "%s: %d bytes at %d instead of %d",
        what,
        found.length,
        offset,
        expected.length);
    throw new ViolationException(
        "%s: wrong content at %d: %02x instead of %02x"
            .formatted(what, offset + difference, found[difference], expected[difference]));
  }
}
