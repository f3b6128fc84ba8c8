package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Who a thread is to the kernel.
 *
 * <p>The file system ids belong to the calling <em>thread</em> (the raw calls, unlike those of some
 * C libraries, touch no other), so a worker may act as one user while others act as another. A
 * thread that starts another hands its ids on: set them around one file call, and start no thread
 * between.
 */
public final class Credentials {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String EFFECTIVE = "CapEff:";

  /** {@code include/uapi/linux/capability.h}. */
  private static final int CAP_SYS_ADMIN = 21;

  private Credentials() {}

  /**
   * Hot path: sets the calling thread's user for file access. Leaving user 0 also takes the
   * capabilities that override file permissions from the thread, coming back returns them.
   *
   * @param uid unsigned; -1 changes nothing and so reads the present one
   * @return the previous user; a refusal shows only in the next call's result
   */
  public static int setFsUid(int uid) {
    return (int) Syscall.call(SyscallNumber.SETFSUID, uid);
  }

  /**
   * Hot path: sets the calling thread's group for file access; its supplementary groups stay.
   *
   * @param gid unsigned; -1 changes nothing and so reads the present one
   * @return the previous group; a refusal shows only in the next call's result
   */
  public static int setFsGid(int gid) {
    return (int) Syscall.call(SyscallNumber.SETFSGID, gid);
  }

  /**
   * The calling thread's supplementary groups.
   *
   * @param count room at {@code address}, in groups; 0 asks for the number only
   * @param address of unsigned ints
   * @return how many groups there are, or {@code -errno}
   */
  public static long groups(int count, long address) {
    return Syscall.call(SyscallNumber.GETGROUPS, count, address);
  }

  /**
   * Hot path: sets the calling thread's supplementary groups, no other thread's; needs CAP_SETGID.
   *
   * @param address of {@code count} unsigned ints
   * @return 0, or {@code -errno}
   */
  public static long setGroups(int count, long address) {
    return Syscall.call(SyscallNumber.SETGROUPS, count, address);
  }

  /** Effective user of the calling thread, unsigned. */
  public static int effectiveUid() {
    return (int) Syscall.call(SyscallNumber.GETEUID);
  }

  /** Whether the process may mount: it has CAP_SYS_ADMIN in its own user namespace. */
  public static boolean hasSysAdmin() throws IOException {
    return has(KernelFile.read(STATUS), CAP_SYS_ADMIN);
  }

  /** Whether the effective set in the text of a {@code status} file has a capability. */
  static boolean has(String status, int capability) {
    return status
        .lines()
        .filter(line -> line.startsWith(EFFECTIVE))
        .map(line -> line.substring(EFFECTIVE.length()).strip())
        .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >>> capability & 1) != 0);
  }
}
