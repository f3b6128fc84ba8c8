package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.InHeader;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OutHeader;
import io.ringmount.channels.wire.UringRequestHeader;

/**
 * One slot: a record in shared memory that holds one request and then its reply, in the form of
 * either transport. Belongs to the channel thread until the request is handed out, then to whoever
 * replies, then to the channel thread again; {@link SlotState} says to whom.
 */
public final class Slot {
  private final int index;
  private final long address;
  private final int payloadSize;
  private final InHeader in = new InHeader();
  private final OutHeader out = new OutHeader();
  private final UringRequestHeader ring = new UringRequestHeader();

  // Where the present request lies; set on arrival, before it is handed out.
  private long operation;
  private long arguments;
  private int argumentsLength;
  private boolean wellFormed;

  // Kept from the request's header, which the reply's header overwrites.
  private long unique;
  private int queue;
  private int position;
  private Exchange exchange;

  Slot(int index, long address, int payloadSize) {
    this.index = index;
    this.address = address;
    this.payloadSize = payloadSize;
  }

  /** Number of this slot in its region. */
  public int index() {
    return index;
  }

  /** Address of the page that the kernel puts request headers in. */
  public long headerAddress() {
    return address;
  }

  public long payloadAddress() {
    return address + SlotLayout.PAYLOAD;
  }

  public int payloadSize() {
    return payloadSize;
  }

  /** Where a device read puts a request. */
  public long deviceAddress() {
    return address + SlotLayout.DEVICE_HEADER;
  }

  /** The most bytes of a request read from a device. */
  public int deviceSize() {
    return SlotLayout.DEVICE_HEADER_SIZE + payloadSize;
  }

  /** The kernel queue that this slot is registered with. */
  public int queue() {
    return queue;
  }

  /** Where this slot stands among the slots of its channel. */
  public int position() {
    return position;
  }

  /** Gives the slot its place: before its channel starts. */
  void assign(int queue, int position) {
    this.queue = queue;
    this.position = position;
  }

  Exchange exchange() {
    return exchange;
  }

  void exchange(Exchange exchange) {
    this.exchange = exchange;
  }

  long stagedAddress() {
    return address + SlotLayout.STAGED;
  }

  int state() {
    return Memory.getIntAcquire(address + SlotLayout.STATE);
  }

  void state(int state) {
    Memory.putIntRelease(address + SlotLayout.STATE, state);
  }

  boolean advance(int from, int to) {
    return Memory.compareAndSetInt(address + SlotLayout.STATE, from, to);
  }

  /** Says that the kernel may fill this slot from now on. Channel thread only. */
  public void offered() {
    state(SlotState.OFFERED);
  }

  /** Says that the reply is complete. The thread that replies. */
  public void ready() {
    state(SlotState.READY);
  }

  /** Takes up the request that the kernel put here through a ring. Channel thread only. */
  public void receivedFromRing() {
    ring.wrap(address);
    in.wrap(address + UringRequestHeader.IN_OUT);
    unique = in.unique();
    operation = address + UringRequestHeader.OP_IN;
    arguments = payloadAddress();
    argumentsLength = ring.payloadSize();
    int length = InHeader.SIZE + Opcode.argumentSize(in.opcode()) + argumentsLength;
    wellFormed = argumentsLength >= 0 && argumentsLength <= payloadSize && in.length() == length;
    state(SlotState.RECEIVED);
  }

  /**
   * Takes up the {@code bytes} long request that a device read put here. Channel thread only.
   *
   * @return false when there is not even a header: nobody can be answered
   */
  public boolean receivedFromDevice(int bytes) {
    if (bytes < InHeader.SIZE) {
      return false;
    }
    in.wrap(deviceAddress());
    unique = in.unique();
    operation = deviceAddress() + InHeader.SIZE;
    int operationSize = Opcode.argumentSize(in.opcode());
    arguments = operation + operationSize;
    argumentsLength = bytes - InHeader.SIZE - operationSize;
    wellFormed = argumentsLength >= 0 && in.length() == bytes;
    state(SlotState.RECEIVED);
    return true;
  }

  /** The header of the present request; overwritten by its reply. */
  InHeader request() {
    return in;
  }

  /** Number of the present request, also when the reply is already written. */
  public long unique() {
    return unique;
  }

  /** Whether the lengths of the present request agree with each other and with its operation. */
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

  /** The kernel's identification of the ring request in this slot. */
  public long commitId() {
    return ring.commitId();
  }

  /**
   * Writes the header of the reply, whose {@code bytes} lie in the payload, for a commit.
   *
   * @param error 0 or {@code -errno}
   */
  public void replyToRing(int error, int bytes) {
    out.wrap(address + UringRequestHeader.IN_OUT);
    out.length(OutHeader.SIZE + bytes).error(error).unique(unique);
    ring.payloadSize(bytes);
  }

  /**
   * Writes the header of the reply right before the payload, for a device write.
   *
   * @return where the reply begins; it is {@code OutHeader.SIZE + bytes} long
   */
  public long replyToDevice(int error, int bytes) {
    long start = payloadAddress() - OutHeader.SIZE;
    out.wrap(start);
    out.length(OutHeader.SIZE + bytes).error(error).unique(unique);
    return start;
  }
}
