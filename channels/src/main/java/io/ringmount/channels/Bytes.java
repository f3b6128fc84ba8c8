package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;

/** Some bytes of a request in native memory: a view, valid until the request is answered. */
public final class Bytes {
  private long address;
  private int length;

  /** Moves this view to {@code length} bytes at {@code address}. */
  public void wrap(long address, int length) {
    this.address = address;
    this.length = length;
  }

  /** Address of the first byte, for system calls. */
  public long address() {
    return address;
  }

  public int length() {
    return length;
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return bytes;
  }
}
