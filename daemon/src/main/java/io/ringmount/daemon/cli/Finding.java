package io.ringmount.daemon.cli;

import java.util.Locale;

/**
 * What one check of {@code doctor} found.
 *
 * @param state how good it is
 * @param found the value seen
 * @param meaning why it matters, when it is not well
 * @param remedy what to do, when it is not well
 * @param preventsMounting nothing can be mounted like this
 */
record Finding(State state, String found, String meaning, String remedy, boolean preventsMounting) {
  /** How good it is. */
  enum State {
    OK,
    /** Works, but not as well as it could. */
    WARN,
    /** Does not work, or loses what was promised. */
    FAIL;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String found) {
    return new Finding(State.OK, found, "", "", false);
  }

  static Finding warn(String found, String meaning, String remedy) {
    return new Finding(State.WARN, found, meaning, remedy, false);
  }

  static Finding fail(String found, String meaning, String remedy) {
    return new Finding(State.FAIL, found, meaning, remedy, false);
  }

  /** A failure without whose remedy nothing can be mounted. */
  static Finding prevents(String found, String meaning, String remedy) {
    return new Finding(State.FAIL, found, meaning, remedy, true);
  }
}
