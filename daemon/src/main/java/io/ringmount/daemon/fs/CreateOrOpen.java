package io.ringmount.daemon.fs;

import io.ringmount.channels.Name;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.util.function.LongSupplier;

/**
 * Opens a regular file, made if it is missing. What exists is opened only after its type is known:
 * opening a pipe or a device may block or have effects.
 */
final class CreateOrOpen implements LongSupplier {
  /** How often a file that comes and goes behind the mount is tried to be created or opened. */
  private static final int ATTEMPTS = 16;

  private static final int CREATE = FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_NOFOLLOW;

  private final int directory;
  private final Name name;
  private final int mode;
  private final int flags;
  private final Scratch scratch;
  private boolean existed;

  /**
   * @param directory descriptor, to stay good as long as this object is used
   * @param flags of open(2), as the application gave them
   */
  CreateOrOpen(int directory, Name name, int mode, int flags, Scratch scratch) {
    this.directory = directory;
    this.name = name;
    this.mode = mode & FileFlags.PERMISSIONS;
    this.flags = flags;
    this.scratch = scratch;
  }

  /** The open file's descriptor, or a negative error number. */
  @Override
  public long getAsLong() {
    int wanted = OpenFiles.backendFlags(flags);
    for (int i = 0; i < ATTEMPTS; i++) {
      long created = FileOps.openat(directory, name.address(), wanted | CREATE, mode);
      if (created != -Errno.EEXIST || (flags & FileFlags.O_EXCL) != 0) {
        return created;
      }
      long opened = openExisting(wanted);
      if (opened != -Errno.ENOENT) {
        existed = opened >= 0;
        return opened;
      }
    }
    return -Errno.EAGAIN;
  }

  /** Opens the file that was made or opened once before; what is in it stays. */
  long reopen() {
    return openExisting(OpenFiles.backendFlags(flags) & ~FileFlags.O_TRUNC);
  }

  /** Whether the file that was opened had been there before. */
  boolean existed() {
    return existed;
  }

  private long openExisting(int wanted) {
    long path =
        FileOps.openat(directory, name.address(), Lookup.OPEN_PATH | FileFlags.O_NOFOLLOW, 0);
    if (path < 0) {
      return path;
    }
    try {
      long result = Answers.statx((int) path, scratch);
      if (result < 0) {
        return result;
      }
      int refusal = OpenFiles.refusal(scratch.type());
      return refusal != 0
          ? -refusal
          : FileOps.openat(FileFlags.AT_FDCWD, scratch.pathOf((int) path), wanted, 0);
    } finally {
      FileOps.close((int) path);
    }
  }
}
