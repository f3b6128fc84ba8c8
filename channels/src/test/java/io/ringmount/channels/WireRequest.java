package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A FUSE request, encoded as {@code include/uapi/linux/fuse.h} lays it out and not as the code
 * under test does: offsets and sizes are literals.
 */
public final class WireRequest {
  private final ByteBuffer header = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer struct;
  private final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
  private Integer claimedLength;
  private Integer claimedPayload;

  private WireRequest(int opcode, int structSize) {
    header.putInt(4, opcode);
    struct = ByteBuffer.allocate(structSize).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An operation without a fixed struct. */
  public static WireRequest of(int opcode) {
    return of(opcode, 0);
  }

  public static WireRequest of(int opcode, int structSize) {
    return new WireRequest(opcode, structSize);
  }

  public WireRequest unique(long unique) {
    header.putLong(8, unique);
    return this;
  }

  public WireRequest node(long node) {
    header.putLong(16, node);
    return this;
  }

  public WireRequest caller(int uid, int gid, int pid) {
    header.putInt(24, uid).putInt(28, gid).putInt(32, pid);
    return this;
  }

  public WireRequest u32(int offset, int value) {
    struct.putInt(offset, value);
    return this;
  }

  public WireRequest u64(int offset, long value) {
    struct.putLong(offset, value);
    return this;
  }

  public WireRequest struct(byte[] bytes) {
    struct.put(0, bytes, 0, Math.min(bytes.length, struct.capacity()));
    return this;
  }

  /** Bytes and a NUL. */
  public WireRequest name(byte[] name) {
    arguments.writeBytes(name);
    arguments.write(0);
    return this;
  }

  public WireRequest bytes(byte[] bytes) {
    arguments.writeBytes(bytes);
    return this;
  }

  /** Makes the header say this length, whatever the truth. */
  public WireRequest claimLength(Integer length) {
    claimedLength = length;
    return this;
  }

  /** Makes {@code payload_sz} say this length, whatever the truth. */
  public WireRequest claimPayload(Integer length) {
    claimedPayload = length;
    return this;
  }

  public int opcode() {
    return header.getInt(4);
  }

  /** Bytes in all. */
  public int length() {
    return 40 + struct.capacity() + arguments.size();
  }

  /** As one message. */
  public byte[] toBytes() {
    header.putInt(0, claimedLength == null ? length() : claimedLength);
    byte[] message = Arrays.copyOf(header.array(), length());
    System.arraycopy(struct.array(), 0, message, 40, struct.capacity());
    System.arraycopy(arguments.toByteArray(), 0, message, 40 + struct.capacity(), arguments.size());
    return message;
  }

  /** Puts the request where a read of {@code /dev/fuse} puts it. */
  void toDevice(Slot slot) {
    Memory.copy(toBytes(), 0, slot.deviceAddress(), length());
  }

  /** Puts the request where the kernel puts it through io_uring. */
  void toRing(Slot slot) {
    byte[] message = toBytes();
    long at = slot.headerAddress();
    Memory.copy(message, 0, at, 40);
    Memory.copy(message, 40, at + 128, struct.capacity());
    Memory.putLong(at + 264, header.getLong(8));
    Memory.putInt(at + 272, claimedPayload == null ? arguments.size() : claimedPayload);
    Memory.copy(
        message,
        40 + struct.capacity(),
        slot.payloadAddress(),
        Math.min(arguments.size(), slot.payloadSize()));
  }
}
