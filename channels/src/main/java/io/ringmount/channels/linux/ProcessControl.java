package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Properties of the calling process and thread. */
public final class ProcessControl {
  private static final int CLONE_FS = 0x200;
  private static final int PR_SET_NAME = 15;
  private static final Path NULL = Path.of("/dev/null");

  private ProcessControl() {}

  /**
   * Sets the mask of the permission bits that new files do not get, for all threads that share it:
   * those of the process that have not called {@link #unshareUmask}.
   *
   * @return the previous mask
   */
  public static int setUmask(int mask) {
    return (int) Syscall.call(SyscallNumber.UMASK, mask);
  }

  /**
   * From now on the calling thread has a umask of its own, and a working directory and root
   * directory of its own with it (unshare(2), {@code CLONE_FS}).
   *
   * @return 0, or a negative error number
   */
  public static long unshareUmask() {
    return Syscall.call(SyscallNumber.UNSHARE, CLONE_FS);
  }

  /**
   * Makes the process leader of a new session, without a terminal.
   *
   * @return the session's id
   * @throws LinuxException {@code setsid} with {@code EPERM} when it leads a process group already
   */
  public static int setsid() throws LinuxException {
    return (int) LinuxException.check(Syscall.call(SyscallNumber.SETSID), "setsid", "");
  }

  /** Makes a descriptor of this process lead to nowhere, whatever it led to before. */
  public static void redirectToNull(int descriptor) throws LinuxException {
    int opened = FileOps.open(NULL, FileFlags.O_RDWR);
    try {
      LinuxException.check(
          Syscall.call(SyscallNumber.DUP3, opened, descriptor, 0), "dup3", NULL.toString());
    } finally {
      FileOps.close(opened);
    }
  }

  /** Names the calling thread for {@code top} and {@code /proc}; 15 bytes of UTF-8 count. */
  public static void nameThread(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      LinuxException.check(
          Syscall.call(SyscallNumber.PRCTL, PR_SET_NAME, NativeString.address(arena, name)),
          "prctl PR_SET_NAME",
          name);
    }
  }
}
