package io.ringmount.channels;

import io.ringmount.channels.wire.InitFlags;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Behaviour that a file system offers the kernel, and thereby promises; see {@code FUSE_INIT}. */
public enum Feature {
  /** READDIRPLUS is served: listings carry attributes when the kernel finds that useful. */
  READDIRPLUS(InitFlags.DO_READDIRPLUS | InitFlags.READDIRPLUS_AUTO),

  /** OPEN with O_TRUNC truncates; the kernel then sends no SETATTR of its own. */
  ATOMIC_TRUNCATE(InitFlags.ATOMIC_O_TRUNC),

  /**
   * The file system clears set-user-id, set-group-id and file capabilities when a write, truncate
   * or open says so and on every change of owner. The kernel then needs no GETXATTR before each
   * write.
   */
  KILL_PRIVILEGES(InitFlags.HANDLE_KILLPRIV_V2),

  /**
   * The file system applies the caller's {@link Request#umask} itself: in a directory with a
   * default access control list that takes the umask's place.
   */
  CALLERS_UMASK(InitFlags.DONT_MASK),

  /**
   * {@code system.posix_acl_access} and {@code system.posix_acl_default} are served, ENODATA where
   * there is none. The kernel then checks access by them as well; who may change them it checks
   * before it asks ({@code fs/posix_acl.c}, {@code set_posix_acl}). That setting one may take
   * set-group-id from a file is left to the file system.
   */
  ACCESS_CONTROL_LISTS(InitFlags.POSIX_ACL),

  /** Targets of symbolic links may be kept in the page cache. */
  CACHE_SYMLINKS(InitFlags.CACHE_SYMLINKS),

  /** Lookups and listings in one directory may come at the same time. */
  PARALLEL_DIRECTORY_OPERATIONS(InitFlags.PARALLEL_DIROPS),

  /** Cached pages of a file are dropped when its size or modification time is seen to change. */
  INVALIDATE_CHANGED_DATA(InitFlags.AUTO_INVAL_DATA),

  /** A file opened with direct I/O may still be mapped shared. */
  MAP_DIRECT_IO(InitFlags.DIRECT_IO_ALLOW_MMAP),

  /** Files may be opened that the kernel reads and writes by itself, see {@link BackingFiles}. */
  PASSTHROUGH(InitFlags.PASSTHROUGH);

  private final long initFlags;

  Feature(long initFlags) {
    this.initFlags = initFlags;
  }

  long initFlags() {
    return initFlags;
  }

  /** The flags of INIT that these ask for. */
  static long flags(Set<Feature> features) {
    return features.stream().mapToLong(Feature::initFlags).reduce(0, (all, each) -> all | each);
  }

  /** Those whose flags are all among the given ones. */
  static Set<Feature> of(long flags) {
    return Arrays.stream(values())
        .filter(each -> (each.initFlags & ~flags) == 0)
        .collect(Collectors.toUnmodifiableSet());
  }
}
