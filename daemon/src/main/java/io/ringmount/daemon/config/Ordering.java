package io.ringmount.daemon.config;

/** Which operations come one after the other, in the order of arrival. */
public enum Ordering {
  NONE,
  /** Those on one inode. */
  INODE
}
