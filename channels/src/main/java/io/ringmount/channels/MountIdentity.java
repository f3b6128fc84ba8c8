package io.ringmount.channels;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.Statx;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * What tells a mount from every other since the machine started. The ids and device numbers of
 * {@code mountinfo} do not: the kernel gives those of a mount that is gone to the next.
 */
final class MountIdentity {
  /** Where the kernel cannot tell (before Linux 6.8), or there is nothing. */
  static final long UNKNOWN = 0;

  private static final int STATX_MNT_ID_UNIQUE = 0x4000;
  private static final int MOUNT_ID = 0x90;

  private MountIdentity() {}

  /** The identity of the topmost mount at {@code path}; asks nobody who serves it. */
  static long of(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(Statx.SIZE, Long.BYTES).address();
      long result =
          FileOps.statx(
              FileFlags.AT_FDCWD,
              NativeString.address(arena, path),
              FileFlags.AT_STATX_DONT_SYNC | FileFlags.AT_NO_AUTOMOUNT,
              STATX_MNT_ID_UNIQUE,
              buffer);
      boolean known = result == 0 && (Statx.mask(buffer) & STATX_MNT_ID_UNIQUE) != 0;
      return known ? Memory.getLong(buffer + MOUNT_ID) : UNKNOWN;
    }
  }
}
