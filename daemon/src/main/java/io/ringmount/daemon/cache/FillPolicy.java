package io.ringmount.daemon.cache;

/** When a file that is read is copied. */
public enum FillPolicy {
  /** When it is first read. */
  OPEN,
  /** When it is read again, by somebody who opened it anew. */
  SECOND_READ,
  /** Never: what is there is used. */
  NEVER
}
