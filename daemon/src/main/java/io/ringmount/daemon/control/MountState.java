package io.ringmount.daemon.control;

import java.util.Locale;

/** What has become of a mount. */
public enum MountState {
  /** Mounted, and its daemon lives. */
  SERVING,
  /** Mounted, without a daemon: every access fails until it is unmounted. */
  DEAD,
  /** A daemon lives without its mount: it is starting or ending. */
  STALE,
  /** Mounted; this user may not see by whom. */
  UNKNOWN;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
