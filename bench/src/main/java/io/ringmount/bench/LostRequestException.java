package io.ringmount.bench;

/** A request was not answered for so long that it never will be. */
final class LostRequestException extends Exception {
  private static final long serialVersionUID = 1L;

  LostRequestException(String message) {
    super(message);
  }
}
