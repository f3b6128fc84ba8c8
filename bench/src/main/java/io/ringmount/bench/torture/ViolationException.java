package io.ringmount.bench.torture;

/** What is there is not what must be there. */
public final class ViolationException extends Exception {
  private static final long serialVersionUID = 1L;

  ViolationException(String message) {
    super(message);
  }

  /** Throws unless {@code holds}. */
  static void unless(boolean holds, String format, Object... arguments) throws ViolationException {
    if (!holds) {
      throw new ViolationException(format.formatted(arguments));
    }
  }
}
