package io.ringmount.upgrade;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the fields of one packet; each method throws where the bytes cannot be that field. */
final class MessageReader {
  private final ByteBuffer buffer;
  private final int type;

  MessageReader(byte[] packet) throws MalformedMessageException {
    if (packet.length < MessageCodec.HEADER_SIZE || packet.length > MessageCodec.LONGEST) {
      throw new MalformedMessageException(packet.length + " bytes");
    }
    buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.getInt() != MessageCodec.MAGIC) {
      throw new MalformedMessageException("not of this protocol");
    }
    int version = Short.toUnsignedInt(buffer.getShort());
    if (version != MessageCodec.VERSION) {
      throw new MalformedMessageException("version " + version);
    }
    type = Short.toUnsignedInt(buffer.getShort());
    if (buffer.getInt() != packet.length - MessageCodec.HEADER_SIZE) {
      throw new MalformedMessageException("its length is not the packet's");
    }
  }

  int type() {
    return type;
  }

  private int oneByte() throws MalformedMessageException {
    try {
      return Byte.toUnsignedInt(buffer.get());
    } catch (BufferUnderflowException e) {
      throw tooShort();
    }
  }

  boolean flag() throws MalformedMessageException {
    int value = oneByte();
    if (value > 1) {
      throw new MalformedMessageException("neither true nor false: " + value);
    }
    return value == 1;
  }

  <E extends Enum<E>> E choice(E[] values) throws MalformedMessageException {
    int value = oneByte();
    if (value >= values.length) {
      throw new MalformedMessageException("choice " + value + " of " + values.length);
    }
    return values[value];
  }

  int number() throws MalformedMessageException {
    try {
      return buffer.getInt();
    } catch (BufferUnderflowException e) {
      throw tooShort();
    }
  }

  long longNumber() throws MalformedMessageException {
    try {
      return buffer.getLong();
    } catch (BufferUnderflowException e) {
      throw tooShort();
    }
  }

  String name() throws MalformedMessageException {
    String name = text(VaultName.LONGEST);
    if (!VaultName.isValid(name)) {
      throw new MalformedMessageException("no name to keep anything under");
    }
    return name;
  }

  String text(int longest) throws MalformedMessageException {
    int length = number();
    if (length < 0 || length > longest || length > buffer.remaining()) {
      throw new MalformedMessageException("text of " + Integer.toUnsignedString(length) + " bytes");
    }
    ByteBuffer bytes = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedMessageException("text is not UTF-8");
    }
  }

  void end() throws MalformedMessageException {
    if (buffer.hasRemaining()) {
      throw new MalformedMessageException(buffer.remaining() + " bytes too many");
    }
  }

  private static MalformedMessageException tooShort() {
    return new MalformedMessageException("it ends too early");
  }
}
