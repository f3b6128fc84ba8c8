package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.CreateIn;
import io.ringmount.channels.wire.InHeader;
import io.ringmount.channels.wire.MkdirIn;
import io.ringmount.channels.wire.MknodIn;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.ReadIn;
import io.ringmount.channels.wire.UringRequestHeader;

/**
 * The request in a slot: where its parts lie in the slot's memory, which differs between the
 * transports, and what is kept of its header, which the header of the reply overwrites. Belongs to
 * whoever has the slot.
 */
final class SlotRequest {
  /** Bytes from which a transfer is long beside everything else that is done for a request. */
  static final int BULK = 32 << 10;

  private final InHeader header = new InHeader();
  private long operation;
  private long arguments;
  private int argumentsLength;
  private boolean wellFormed;
  private boolean bulk;
  private long unique;
  private long node;
  private int uid;
  private int gid;
  private int pid;
  private int opcode;

  /**
   * Takes the parts of a request that the kernel put into the slot at {@code slot} through a ring.
   *
   * @param bytes of the payload, as the kernel says
   */
  void parseFromRing(long slot, int payloadSize, int bytes) {
    header.wrap(slot + UringRequestHeader.IN_OUT);
    operation = slot + UringRequestHeader.OP_IN;
    arguments = slot + SlotLayout.PAYLOAD;
    argumentsLength = bytes;
    int length = InHeader.SIZE + Opcode.ringArgumentSize(header.opcode()) + bytes;
    // Of an operation that is not known, neither is the size of its struct.
    wellFormed =
        bytes >= 0
            && bytes <= payloadSize
            && (header.length() == length || !Opcode.isKnown(header.opcode()));
    keep();
  }

  /**
   * Takes the parts of a request that a device read put into the slot at {@code slot}.
   *
   * @param bytes of the request, at least those of its header
   */
  void parseFromDevice(long slot, int bytes) {
    header.wrap(slot + SlotLayout.DEVICE_HEADER);
    operation = header.address() + InHeader.SIZE;
    int operationSize = Opcode.argumentSize(header.opcode());
    arguments = operation + operationSize;
    argumentsLength = bytes - InHeader.SIZE - operationSize;
    wellFormed = argumentsLength >= 0 && header.length() == bytes;
    keep();
  }

  private void keep() {
    unique = header.unique();
    node = header.node();
    uid = header.uid();
    gid = header.gid();
    pid = header.pid();
    opcode = header.opcode();
    bulk = wellFormed && movesBulk();
  }

  private boolean movesBulk() {
    return switch (opcode) {
      case Opcode.READ -> Memory.getInt(operation + ReadIn.LENGTH) > BULK;
      case Opcode.WRITE -> argumentsLength > BULK;
      default -> false;
    };
  }

  /** Copies a request of another slot, of the same payload size, into the slot at {@code slot}. */
  void copy(SlotRequest other, long slot) {
    header.wrap(slot + UringRequestHeader.IN_OUT);
    operation = slot + UringRequestHeader.OP_IN;
    arguments = slot + SlotLayout.PAYLOAD;
    argumentsLength = other.argumentsLength;
    wellFormed = other.wellFormed;
    bulk = other.bulk;
    unique = other.unique;
    node = other.node;
    uid = other.uid;
    gid = other.gid;
    pid = other.pid;
    opcode = other.opcode;
    Memory.copy(other.header.address(), header.address(), InHeader.SIZE);
    if (wellFormed) {
      Memory.copy(other.operation, operation, Opcode.argumentSize(opcode));
      Memory.copy(other.arguments, arguments, argumentsLength);
    }
  }

  /** Takes the number of a request whose reply is made without it. */
  void unique(long number) {
    unique = number;
  }

  /** The kernel's number. */
  long unique() {
    return unique;
  }

  long node() {
    return node;
  }

  int uid() {
    return uid;
  }

  int gid() {
    return gid;
  }

  int pid() {
    return pid;
  }

  int opcode() {
    return opcode;
  }

  /** The caller's umask, of a request to make a file other than a link; of others 0. */
  int umask() {
    return switch (opcode) {
      case Opcode.MKDIR -> Memory.getInt(operation + MkdirIn.UMASK);
      case Opcode.MKNOD -> Memory.getInt(operation + MknodIn.UMASK);
      case Opcode.CREATE, Opcode.TMPFILE -> Memory.getInt(operation + CreateIn.UMASK);
      default -> 0;
    };
  }

  /** Whether the request moves so much data that others should not have to wait for it. */
  boolean bulk() {
    return bulk;
  }

  /** Whether the lengths agree with each other and with the operation. */
  boolean wellFormed() {
    return wellFormed;
  }

  /** Address of the operation's fixed struct. */
  long operation() {
    return operation;
  }

  /** Address of the names or data behind the fixed struct. */
  long arguments() {
    return arguments;
  }

  int argumentsLength() {
    return argumentsLength;
  }
}
