package io.ringmount.upgrade;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the fields of one message behind a header that {@link #packet} fills in. */
final class MessageWriter {
  private static final int FIRST_ROOM = 256;

  private ByteBuffer buffer =
      ByteBuffer.allocate(FIRST_ROOM)
          .order(ByteOrder.LITTLE_ENDIAN)
          .position(MessageCodec.HEADER_SIZE);

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int capacity = Math.max(buffer.position() + bytes, 2 * buffer.capacity());
      byte[] larger = Arrays.copyOf(buffer.array(), capacity);
      buffer = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN).position(buffer.position());
    }
    return buffer;
  }

  MessageWriter oneByte(int value) {
    room(1).put((byte) value);
    return this;
  }

  MessageWriter flag(boolean value) {
    return oneByte(value ? 1 : 0);
  }

  MessageWriter number(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  MessageWriter longNumber(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  MessageWriter name(String name) {
    if (!VaultName.isValid(name)) {
      throw new IllegalArgumentException("no name to keep anything under: " + name);
    }
    return text(name, VaultName.LONGEST);
  }

  /** Cuts what is too long, between characters. */
  MessageWriter text(String text, int longest) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, longest);
    while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
      length--;
    }
    number(length);
    room(length).put(bytes, 0, length);
    return this;
  }

  byte[] packet(int type) {
    buffer
        .putInt(0, MessageCodec.MAGIC)
        .putShort(4, (short) MessageCodec.VERSION)
        .putShort(6, (short) type)
        .putInt(8, buffer.position() - MessageCodec.HEADER_SIZE);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
