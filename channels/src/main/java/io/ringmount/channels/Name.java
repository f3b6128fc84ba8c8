package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A file name, or the target of a symbolic link: bytes without NUL in native memory, followed by
 * one NUL. The encoding is the applications' business; Linux has none.
 *
 * <p>The name of a request is a view of the request's memory and valid until it is answered.
 */
public final class Name {
  /** Keeps the memory of a name made by {@link #of} alive. */
  private MemorySegment owned = MemorySegment.NULL;

  private long address;
  private int length;

  /** A name of its own, in UTF-8, that lives as long as this object. */
  public static Name of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Name name = new Name();
    name.owned = Arena.ofAuto().allocate(bytes.length + 1L);
    name.wrap(name.owned.address(), bytes.length);
    Memory.copy(bytes, 0, name.address, bytes.length);
    return name;
  }

  /** Moves this view to {@code length} bytes at {@code address}, which a NUL follows. */
  public void wrap(long address, int length) {
    this.address = address;
    this.length = length;
  }

  /** Address of the NUL-terminated bytes, for system calls. */
  public long address() {
    return address;
  }

  /** Length in bytes, without the NUL. */
  public int length() {
    return length;
  }

  public byte byteAt(int index) {
    return Memory.getByte(address + index);
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return bytes;
  }

  /** Whether both names have the same bytes. */
  public boolean contentEquals(Name other) {
    if (length != other.length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (byteAt(i) != other.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether one of the bytes is {@code b}. */
  public boolean contains(char b) {
    for (int i = 0; i < length; i++) {
      if (byteAt(i) == (byte) b) {
        return true;
      }
    }
    return false;
  }

  /** Whether this is {@code .} or {@code ..}. */
  public boolean isDotOrDotDot() {
    return length >= 1 && length <= 2 && byteAt(0) == '.' && byteAt(length - 1) == '.';
  }

  /** The bytes read as UTF-8; what is not UTF-8 becomes the replacement character. */
  @Override
  public String toString() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }
}
