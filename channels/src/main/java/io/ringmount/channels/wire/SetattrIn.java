package io.ringmount.channels.wire;

/**
 * {@code struct fuse_setattr_in}: of the fields only those count whose bit is in {@link #valid}.
 *
 * <pre>
 *   0  u32 valid        4  u32 padding      8  u64 fh          16  u64 size
 *  24  u64 lock_owner  32  u64 atime       40  u64 mtime       48  u64 ctime
 *  56  u32 atimensec   60  u32 mtimensec   64  u32 ctimensec   68  u32 mode
 *  72  u32 unused4     76  u32 uid         80  u32 gid         84  u32 unused5
 * </pre>
 */
public final class SetattrIn extends Flyweight {
  public static final int SIZE = 88;

  private static final int VALID = 0;
  private static final int HANDLE = 8;
  private static final int NEW_SIZE = 16;
  private static final int LOCK_OWNER = 24;
  private static final int ACCESS_SECONDS = 32;
  private static final int MODIFICATION_SECONDS = 40;
  private static final int CHANGE_SECONDS = 48;
  private static final int ACCESS_NANOS = 56;
  private static final int MODIFICATION_NANOS = 60;
  private static final int CHANGE_NANOS = 64;
  private static final int MODE = 68;
  private static final int UID = 76;
  private static final int GID = 80;

  /** What to set, as bits of {@link SetattrValid}. */
  public int valid() {
    return u32(VALID);
  }

  public long handle() {
    return u64(HANDLE);
  }

  public long size() {
    return u64(NEW_SIZE);
  }

  public long lockOwner() {
    return u64(LOCK_OWNER);
  }

  public long accessTimeSeconds() {
    return u64(ACCESS_SECONDS);
  }

  public int accessTimeNanos() {
    return u32(ACCESS_NANOS);
  }

  public long modificationTimeSeconds() {
    return u64(MODIFICATION_SECONDS);
  }

  public int modificationTimeNanos() {
    return u32(MODIFICATION_NANOS);
  }

  public long changeTimeSeconds() {
    return u64(CHANGE_SECONDS);
  }

  public int changeTimeNanos() {
    return u32(CHANGE_NANOS);
  }

  /** File type and permission bits, as in {@code st_mode}. */
  public int mode() {
    return u32(MODE);
  }

  public int uid() {
    return u32(UID);
  }

  public int gid() {
    return u32(GID);
  }
}
