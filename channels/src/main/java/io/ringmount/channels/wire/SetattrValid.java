package io.ringmount.channels.wire;

/** The {@code FATTR_*} bits of {@link SetattrIn#valid}. */
public final class SetattrValid {
  /** {@link SetattrIn#mode} counts. */
  public static final int MODE = 1 << 0;

  /** {@link SetattrIn#uid} counts. */
  public static final int UID = 1 << 1;

  /** {@link SetattrIn#gid} counts. */
  public static final int GID = 1 << 2;

  /** {@link SetattrIn#size} counts: truncate or extend. */
  public static final int SIZE = 1 << 3;

  /** The access time is to be set. */
  public static final int ACCESS_TIME = 1 << 4;

  /** The modification time is to be set. */
  public static final int MODIFICATION_TIME = 1 << 5;

  /** {@link SetattrIn#handle} counts. */
  public static final int HANDLE = 1 << 6;

  /** Beside {@link #ACCESS_TIME}: to the present, not to the time given. */
  public static final int ACCESS_TIME_NOW = 1 << 7;

  /** Beside {@link #MODIFICATION_TIME}: to the present, not to the time given. */
  public static final int MODIFICATION_TIME_NOW = 1 << 8;

  /** {@link SetattrIn#lockOwner} counts. */
  public static final int LOCK_OWNER = 1 << 9;

  /** The change time is to be set. */
  public static final int CHANGE_TIME = 1 << 10;

  /** Take the set-user-id bit, and set-group-id if executable, off the file. */
  public static final int KILL_SUIDGID = 1 << 11;

  private SetattrValid() {}
}
