package io.ringmount.daemon.config;

import java.util.List;

/** Options with mistakes: all of them, not only the first. */
public final class InvalidOptionsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<OptionMistake> mistakes;

  public InvalidOptionsException(List<OptionMistake> mistakes) {
    super(mistakes.size() + " mistakes: " + mistakes);
    this.mistakes = List.copyOf(mistakes);
  }

  /** Throws if there is any. */
  public static void throwIfAny(List<OptionMistake> mistakes) throws InvalidOptionsException {
    if (!mistakes.isEmpty()) {
      throw new InvalidOptionsException(mistakes);
    }
  }

  public List<OptionMistake> mistakes() {
    return mistakes;
  }
}
