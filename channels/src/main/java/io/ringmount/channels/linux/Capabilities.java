package io.ringmount.channels.linux;

import java.lang.foreign.Arena;

/**
 * The capabilities of a thread, {@code capabilities(7)}: as they were read, or fewer. Immutable, in
 * memory that is never freed: a process makes few.
 */
public final class Capabilities {
  /** {@code include/uapi/linux/capability.h}. */
  public static final int SYS_ADMIN = 21;

  /** {@code _LINUX_CAPABILITY_VERSION_3}. */
  private static final int VERSION = 0x20080522;

  /** {@code struct __user_cap_header_struct}: u32 version, s32 thread, 0 for the caller. */
  private static final int HEADER_SIZE = 8;

  /** {@code struct __user_cap_data_struct}: u32 effective, permitted, inheritable; two of them. */
  private static final int DATA_SIZE = 12;

  private static final int WORDS = 2;

  private final long header;
  private final long data;

  private Capabilities() {
    header = Arena.global().allocate(HEADER_SIZE, Long.BYTES).address();
    data = Arena.global().allocate((long) DATA_SIZE * WORDS, Long.BYTES).address();
    Memory.putInt(header, VERSION);
  }

  /** Those of the calling thread. */
  public static Capabilities ofThread() throws LinuxException {
    Capabilities result = new Capabilities();
    LinuxException.check(
        Syscall.call(SyscallNumber.CAPGET, result.header, result.data), "capget", "");
    return result;
  }

  /** The same, with at most this one in effect; the others can come back. */
  public Capabilities only(int capability) {
    Capabilities result = new Capabilities();
    Memory.copy(data, result.data, (long) DATA_SIZE * WORDS);
    for (int word = 0; word < WORDS; word++) {
      long effective = result.data + (long) word * DATA_SIZE;
      int kept = capability / Integer.SIZE == word ? 1 << capability % Integer.SIZE : 0;
      Memory.putInt(effective, Memory.getInt(effective) & kept);
    }
    return result;
  }

  /**
   * Makes them the calling thread's, no other's.
   *
   * @return 0, or {@code -errno}
   */
  public long apply() {
    return Syscall.call(SyscallNumber.CAPSET, header, data);
  }
}
