package io.ringmount.channels.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code mount(2)}, {@code umount2(2)} and the list of mounts. Mounting and unmounting need
 * CAP_SYS_ADMIN. Any thread may call.
 */
public final class Mounts {
  /** Read only. */
  public static final int MS_RDONLY = 1;

  /** Ignore set-user-id and set-group-id bits. */
  public static final int MS_NOSUID = 2;

  /** Device files have no effect. */
  public static final int MS_NODEV = 4;

  /** No program may be started. */
  public static final int MS_NOEXEC = 8;

  /** Change the flags of an existing mount. */
  public static final int MS_REMOUNT = 32;

  /** Never update access times. */
  public static final int MS_NOATIME = 1024;

  /** Mount a directory a second time. */
  public static final int MS_BIND = 4096;

  /** Keep mounts under this one from spreading to other namespaces. */
  public static final int MS_PRIVATE = 1 << 18;

  /** For the mounts below, too. */
  public static final int MS_REC = 16384;

  private static final int CLONE_NEWNS = 0x20000;

  /** Unmount although in use; for FUSE, aborts the connection. */
  public static final int MNT_FORCE = 1;

  /** Take the mount out of the tree now, and undo it once nobody uses it. */
  public static final int MNT_DETACH = 2;

  /** Do not follow a symbolic link at the end of the path. */
  public static final int UMOUNT_NOFOLLOW = 8;

  private static final Path MOUNTINFO = Path.of("/proc/thread-self/mountinfo");

  private Mounts() {}

  /**
   * Mounts a file system.
   *
   * @param source what the mount tables show; the kernel takes no more from it for FUSE
   * @param target an existing directory (or file)
   * @param type such as {@code fuse.ringmount}; the part after the dot is the subtype
   * @param flags {@code MS_*}
   * @param data the file system's own options, separated by commas
   * @throws LinuxException {@code mount} with the target
   */
  public static void mount(String source, Path target, String type, long flags, String data)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      LinuxException.check(
          Syscall.call(
              SyscallNumber.MOUNT,
              NativeString.address(arena, source),
              NativeString.address(arena, target),
              NativeString.address(arena, type),
              flags,
              NativeString.address(arena, data)),
          "mount",
          target.toString());
    }
  }

  /**
   * Unmounts the topmost mount at {@code target}.
   *
   * @param flags {@code MNT_*}, {@code UMOUNT_NOFOLLOW}
   * @throws LinuxException {@code umount2} with the target: {@code EBUSY} in use, {@code EINVAL} no
   *     mount point
   */
  public static void umount(Path target, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      LinuxException.check(
          Syscall.call(SyscallNumber.UMOUNT2, NativeString.address(arena, target), flags),
          "umount2",
          target.toString());
    }
  }

  /** The mounts of this process's namespace, oldest first where they cover each other. */
  public static List<MountEntry> list() throws IOException {
    return parse(KernelFile.read(MOUNTINFO));
  }

  /** The topmost mount at exactly {@code target}, an absolute path without links. */
  public static Optional<MountEntry> find(Path target) throws IOException {
    String wanted = target.toString();
    return list().stream()
        .filter(entry -> entry.mountPoint().equals(wanted))
        .reduce((lower, upper) -> upper);
  }

  /**
   * Gives the calling thread, and the processes it starts, a view of the mounts of its own: what it
   * mounts from now on nobody else sees, and it goes with the thread.
   *
   * @throws LinuxException {@code EPERM} without CAP_SYS_ADMIN
   */
  public static void unshare() throws LinuxException {
    LinuxException.check(Syscall.call(SyscallNumber.UNSHARE, CLONE_NEWNS), "unshare", "mounts");
    mount("none", Path.of("/"), "none", MS_REC | MS_PRIVATE, "");
  }

  /** Reads the text of a {@code mountinfo} file; lines of another form are left out. */
  static List<MountEntry> parse(String mountinfo) {
    return mountinfo.lines().flatMap(line -> MountEntry.parse(line).stream()).toList();
  }
}
