package io.ringmount.channels;

import java.util.Locale;

/** How a ring's entries reach the kernel. */
public enum RingMode {
  /**
   * A kernel thread beside each channel submits for it (SQPOLL), and ends what is on its way in
   * good order when the process is killed: no request is lost. One hop more for each request.
   */
  STRICT,

  /**
   * The channel's own thread submits: the fastest. When the process is killed, requests that reach
   * it in that very moment get ECANCELED from the kernel, at most one for each idle slot.
   */
  BOUNDED;

  /** The name that options and status use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
