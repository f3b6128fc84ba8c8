package io.ringmount.daemon.config;

/** A text that is no value of its type; the message completes "{@code name=text} …". */
public final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Of the right form, but too small or too large. */
  static final String OUT_OF_RANGE = "is out of range";

  public InvalidValueException(String message) {
    super(message);
  }
}
