package io.ringmount.daemon.config;

/** What a killed daemon costs. */
public enum CrashSafe {
  /** No request. */
  STRICT,
  /** As many requests as there are idle slots. */
  BOUNDED
}
