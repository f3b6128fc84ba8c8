package io.ringmount.channels;

import java.util.Locale;

/** The ways in which requests travel between the kernel and the channels. */
public enum TransportKind {
  /** The best one that works here. */
  AUTO,
  /** FUSE over io_uring: the kernel's own queue for every CPU (Linux 6.14 and newer). */
  URING,
  /** A cloned {@code /dev/fuse} descriptor for every channel. */
  DEVICE;

  /** The name that options and status use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
