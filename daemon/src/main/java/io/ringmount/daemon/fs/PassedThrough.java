package io.ringmount.daemon.fs;

/** Which files the kernel reads, and writes, by itself. */
public enum PassedThrough {
  NONE,
  /** Those of the source, if it is local. */
  SOURCE,
  /** Copies in the cache, which nobody can write to: for mounts that are read only. */
  COPIES
}
