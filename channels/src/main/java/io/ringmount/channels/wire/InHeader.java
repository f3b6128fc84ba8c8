package io.ringmount.channels.wire;

/**
 * {@code struct fuse_in_header}, with which every request begins.
 *
 * <pre>
 *   0  u32 len          4  u32 opcode       8  u64 unique      16  u64 nodeid
 *  24  u32 uid         28  u32 gid         32  u32 pid         36  u16 total_extlen
 *  38  u16 padding
 * </pre>
 */
public final class InHeader extends Flyweight {
  public static final int SIZE = 40;

  /** {@code FUSE_UNIQUE_RESEND}: set in {@link #unique} of a request the kernel delivers again. */
  public static final long UNIQUE_RESEND = 1L << 63;

  private static final int LENGTH = 0;
  private static final int OPCODE = 4;
  private static final int UNIQUE = 8;
  private static final int NODE = 16;
  private static final int UID = 24;
  private static final int GID = 28;
  private static final int PID = 32;
  private static final int EXTENSION_LENGTH = 36;

  /** Bytes of the whole request, this header included. */
  public int length() {
    return u32(LENGTH);
  }

  /** One of {@link Opcode}. */
  public int opcode() {
    return u32(OPCODE);
  }

  /** The identity of the request, which the reply repeats bit by bit. */
  public long unique() {
    return u64(UNIQUE);
  }

  public long node() {
    return u64(NODE);
  }

  public int uid() {
    return u32(UID);
  }

  public int gid() {
    return u32(GID);
  }

  /** The thread that asks, or 0 when the kernel acts on its own, as RELEASE does. */
  public int pid() {
    return u32(PID);
  }

  /** Length of the extensions at the end of the request, in units of 8 bytes. */
  public int extensionLength() {
    return u16(EXTENSION_LENGTH);
  }
}
