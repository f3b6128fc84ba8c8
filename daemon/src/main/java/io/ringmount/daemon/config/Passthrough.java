package io.ringmount.daemon.config;

/** Whether the kernel reads and writes files by itself. */
public enum Passthrough {
  /** Where the backend is local and the kernel can. */
  AUTO,
  /** The daemon reads and writes all of them. */
  OFF
}
