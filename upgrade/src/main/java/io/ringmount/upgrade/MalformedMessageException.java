package io.ringmount.upgrade;

import java.io.IOException;

/** Bytes from a peer that are no message of a version known here. */
public final class MalformedMessageException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String reason) {
    super("malformed message: " + reason);
  }
}
