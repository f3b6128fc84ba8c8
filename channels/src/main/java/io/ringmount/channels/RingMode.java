package io.ringmount.channels;

import java.util.Locale;

/** How a ring's entries reach the kernel, and what becomes of them when the process is killed. */
public enum RingMode {
  /**
   * The channel's own thread submits, and a {@link io.ringmount.channels.linux.ExitGuard} sees to
   * it that no request is lost when the process is killed.
   */
  STRICT,

  /**
   * As {@link #STRICT}, without the guard. When the process is killed, requests that reach it in
   * that very moment get ECANCELED from the kernel, at most one for each idle slot.
   */
  BOUNDED,

  /**
   * A kernel thread beside each channel submits for it, at the lowest priority. No request is lost
   * when the process is killed; each has one hop more, and on a busy processor waits for its turn.
   */
  SQPOLL;

  /** The name that options and status use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
