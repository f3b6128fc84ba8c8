package io.ringmount.channels.wire;

import io.ringmount.channels.linux.Memory;

/**
 * A view of one kernel struct in memory, moved over the bytes instead of copying them.
 *
 * <p>A flyweight checks nothing: whoever wraps it has made sure that the whole struct lies inside
 * live memory. It belongs to one thread at a time and may be wrapped again at will. Offsets are
 * those of {@code include/uapi/linux/fuse.h} (FUSE 7.45) on x86-64; every class draws its own.
 */
public abstract class Flyweight {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private long address;

  /** Moves this view to the struct that begins at {@code address}. */
  public void wrap(long address) {
    this.address = address;
  }

  public final long address() {
    return address;
  }

  final int u16(int offset) {
    return Short.toUnsignedInt(Memory.getShort(address + offset));
  }

  final int u32(int offset) {
    return Memory.getInt(address + offset);
  }

  final long u64(int offset) {
    return Memory.getLong(address + offset);
  }

  final void u16(int offset, int value) {
    Memory.putShort(address + offset, (short) value);
  }

  final void u32(int offset, int value) {
    Memory.putInt(address + offset, value);
  }

  final void u64(int offset, long value) {
    Memory.putLong(address + offset, value);
  }

  final void zero(int size) {
    Memory.zero(address, size);
  }

  /** Writes a duration the way the kernel splits it: u64 seconds and u32 nanoseconds. */
  final void duration(int secondsOffset, int nanosOffset, long nanos) {
    u64(secondsOffset, nanos / NANOS_PER_SECOND);
    u32(nanosOffset, (int) (nanos % NANOS_PER_SECOND));
  }
}
