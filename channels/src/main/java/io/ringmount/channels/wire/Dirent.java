package io.ringmount.channels.wire;

import io.ringmount.channels.linux.Memory;

/**
 * {@code struct fuse_dirent}, one entry of a READDIR reply; the next begins at a multiple of 8.
 *
 * <pre>
 *   0  u64 ino          8  u64 off         16  u32 namelen     20  u32 type
 *  24  name, then zeros up to a multiple of 8
 * </pre>
 */
public final class Dirent extends Flyweight {
  /** Bytes before the name. */
  public static final int SIZE = 24;

  private static final int ALIGNMENT = Long.BYTES;

  private static final int INODE = 0;
  private static final int OFFSET = 8;
  private static final int NAME_LENGTH = 16;
  private static final int TYPE = 20;
  private static final int NAME = 24;

  /** Bytes of an entry with a name of {@code nameLength} bytes, padding included. */
  public static int sizeOf(int nameLength) {
    return (SIZE + nameLength + ALIGNMENT - 1) & -ALIGNMENT;
  }

  public Dirent inode(long inode) {
    u64(INODE, inode);
    return this;
  }

  /** The cookie from which reading goes on <em>behind</em> this entry. */
  public Dirent offset(long cookie) {
    u64(OFFSET, cookie);
    return this;
  }

  /** One of {@code DT_*}: bits 12 to 15 of the mode, shifted down. */
  public Dirent type(int type) {
    u32(TYPE, type);
    return this;
  }

  /** Bytes of the name. */
  public int nameLength() {
    return u32(NAME_LENGTH);
  }

  /** Copies the name, at least one byte without NUL or slash, and pads it with zeros. */
  public Dirent name(long source, int length) {
    u32(NAME_LENGTH, length);
    // The last eight bytes begin in the name or at its start: what of them is padding stays zero.
    u64(sizeOf(length) - ALIGNMENT, 0);
    Memory.copy(source, address() + NAME, length);
    return this;
  }
}
