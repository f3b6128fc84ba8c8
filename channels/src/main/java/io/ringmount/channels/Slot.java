package io.ringmount.channels;

import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.InHeader;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OutHeader;
import io.ringmount.channels.wire.ReadIn;
import io.ringmount.channels.wire.UringRequestHeader;

/**
 * One slot: a record in shared memory that holds one request and then its reply, in the form of
 * either transport. Belongs to the channel thread until the request is handed out, then to whoever
 * replies, then to the channel thread again; {@link SlotState} says to whom.
 */
public final class Slot {
  /** Bytes from which a transfer is long beside everything else that is done for a request. */
  static final int BULK = 32 << 10;

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
  private boolean bulk;
  private long node;
  private int pid;
  private int opcode;
  private boolean resumed;

  /** What an earlier process that read the device came to; null when nothing is known. */
  private Outcomes.Outcome outcome;

  /** Of the slot that the request came in, also where this is a copy. */
  private long journal;

  /** What serves the present request elsewhere, or has served an earlier one. */
  private volatile Detached detached;

  // Kept from the request's header, which the reply's header overwrites.
  private long unique;
  private int queue;
  private Exchange exchange;
  private Channel home;
  private Channel receiver;

  /** When the request arrived, and when the file system got it, by {@code System.nanoTime}. */
  private long arrived;

  private long started;

  /**
   * The request that an interrupt was for: numbers are never used twice, so it need not be reset.
   */
  private long interrupted;

  private volatile boolean anyInterrupted;

  /** As {@link #interrupted}, where the request may be given up though it has begun. */
  private long givenUp;

  private volatile boolean anyGivenUp;

  /** The next of those that wait for the same node, and the last of them; see {@link NodeOrder}. */
  Slot nextInOrder;

  Slot lastInOrder;

  Slot(int index, long address, int payloadSize) {
    this.index = index;
    this.address = address;
    this.payloadSize = payloadSize;
    this.journal = address + SlotLayout.JOURNAL;
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

  /** Says which queue, before the slot's channel starts; successors are told. */
  void queue(int number) {
    queue = number;
    Memory.putInt(address + SlotLayout.QUEUE, number);
  }

  /** An earlier process had this slot. */
  void inherited() {
    queue = recordedQueue();
    ring.wrap(address);
  }

  /** The queue that the maker of the region took this slot for. */
  int recordedQueue() {
    return Memory.getInt(address + SlotLayout.QUEUE);
  }

  Exchange exchange() {
    return exchange;
  }

  /** The channel that this slot belongs to, whoever serves the present request. */
  public Channel home() {
    return home;
  }

  /** The channel that the present request came to, and that accounts for it. */
  public Channel receiver() {
    return receiver;
  }

  /** Moves the data of the present request, where that takes time. */
  public FileTransfer transfer() {
    return exchange.transfer();
  }

  /** Gives the slot to a channel, once. */
  void belongTo(Channel channel) {
    home = channel;
    exchange = new Exchange(this, channel);
  }

  void exchange(Exchange face) {
    exchange = face;
  }

  long arrived() {
    return arrived;
  }

  void arrived(long nanos) {
    arrived = nanos;
  }

  long started() {
    return started;
  }

  void started(long nanos) {
    started = nanos;
  }

  /** The node that the present request is about, also when the reply is already written. */
  long node() {
    return node;
  }

  /** Thread id of the present request's caller, as in {@link Request#pid}. */
  public int pid() {
    return pid;
  }

  /** The operation, also when the reply is already written. */
  int opcode() {
    return opcode;
  }

  Detached detached() {
    return detached;
  }

  void detached(Detached server) {
    detached = server;
  }

  /** Whether the request moves so much data that others should not have to wait for it. */
  public boolean bulk() {
    return bulk;
  }

  /** Notes that the caller of the request {@code number} waits no more. Any thread. */
  void interrupted(long number) {
    interrupted = number;
    anyInterrupted = true;
  }

  /** Whether the present request was interrupted. */
  boolean isInterrupted() {
    return anyInterrupted && interrupted == unique;
  }

  /** Notes as well that the request may be given up though it has begun. Any thread. */
  void givenUp(long number) {
    givenUp = number;
    anyGivenUp = true;
  }

  /** Whether the present request may be given up though it has begun. */
  boolean isGivenUp() {
    return anyGivenUp && givenUp == unique;
  }

  /**
   * Whether the request {@code number} is here and not answered; any thread, and at once outdated.
   */
  boolean holds(long number) {
    int state = state();
    return (state == SlotState.RECEIVED || state == SlotState.EXECUTING) && unique == number;
  }

  long stagedAddress() {
    return address + SlotLayout.STAGED;
  }

  /** Address of two {@code struct iovec}, for whoever has the slot. */
  public long vectorAddress() {
    return address + SlotLayout.VECTOR;
  }

  int state() {
    return Memory.getIntAcquire(address + SlotLayout.STATE);
  }

  void state(int state) {
    Memory.putIntRelease(address + SlotLayout.STATE, state);
  }

  /** Memory of the present request, see {@link Request#journal}. */
  long journalAddress() {
    return journal;
  }

  /** Number of the request that was taken up last, by whichever process. */
  long taken() {
    return Memory.getLong(address + SlotLayout.TAKEN);
  }

  /** Makes the reply, for a commit, out of the outcome that an earlier process recorded. */
  void replyFromRecord() {
    int bytes = Math.clamp(Memory.getInt(address + SlotLayout.SIZE), 0, payloadSize);
    if (Memory.getInt(address + SlotLayout.IS_STAGED) != 0) {
      bytes = Math.min(bytes, SlotLayout.STAGED_SIZE);
      Memory.copy(stagedAddress(), payloadAddress(), bytes);
    }
    unique = taken();
    replyToRing(Memory.getInt(address + SlotLayout.ERROR), bytes);
    ready();
  }

  /** Whether the device has delivered the present request before. */
  public boolean isResent() {
    return (unique & FuseDevice.RESENT) != 0;
  }

  /** Whether an earlier process had begun with the present request. */
  public boolean isResumed() {
    return resumed;
  }

  /**
   * Records the outcome of the present request: from here on nobody need carry it out again. The
   * thread that replies.
   *
   * @param error 0 or {@code -errno}
   * @param bytes of the reply
   * @param staged whether they still lie in the staging area
   */
  void executed(int error, int bytes, boolean staged) {
    Memory.putInt(address + SlotLayout.ERROR, error);
    Memory.putInt(address + SlotLayout.SIZE, bytes);
    Memory.putInt(address + SlotLayout.IS_STAGED, staged ? 1 : 0);
    state(SlotState.EXECUTED);
  }

  boolean advance(int from, int to) {
    return Memory.compareAndSetInt(address + SlotLayout.STATE, from, to);
  }

  /** Says that the kernel may fill this slot from now on: no request in it waits for a reply. */
  public void offered() {
    state(SlotState.OFFERED);
  }

  /** Says that nobody has begun with the request, so that a successor does. */
  void received() {
    state(SlotState.RECEIVED);
  }

  /** Says that the reply is complete. The thread that replies. */
  public void ready() {
    state(SlotState.READY);
  }

  /**
   * Takes up the request that the kernel put here through a ring.
   *
   * @param by the channel of the calling thread
   */
  public void receivedFromRing(Channel by) {
    parseFromRing();
    received(by);
  }

  /**
   * Takes up a request of the ring that an earlier process had begun with; its journal stays.
   *
   * @param by the channel of the calling thread
   */
  public void resumedFromRing(Channel by) {
    parseFromRing();
    takeUp(by);
    // Its state stays: until the file system has it, it counts as begun with.
    resumed = true;
  }

  private void parseFromRing() {
    ring.wrap(address);
    in.wrap(address + UringRequestHeader.IN_OUT);
    unique = in.unique();
    operation = address + UringRequestHeader.OP_IN;
    arguments = payloadAddress();
    argumentsLength = ring.payloadSize();
    int length = InHeader.SIZE + Opcode.ringArgumentSize(in.opcode()) + argumentsLength;
    // Of an operation that is not known, neither is the size of its struct.
    wellFormed =
        argumentsLength >= 0
            && argumentsLength <= payloadSize
            && (in.length() == length || !Opcode.isKnown(in.opcode()));
  }

  /**
   * Takes up the {@code bytes} long request that a device read put here.
   *
   * @param by the channel of the calling thread
   * @param earlier what is known of requests that are delivered again
   * @return false when there is not even a header: nobody can be answered
   */
  public boolean receivedFromDevice(int bytes, Channel by, Outcomes earlier) {
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
    received(by);
    outcome = isResent() ? earlier.take(unique & ~FuseDevice.RESENT) : null;
    if (outcome != null) {
      resumed = true;
      Memory.copy(outcome.journal(), 0, journal, Request.JOURNAL_SIZE);
      state(SlotState.EXECUTING);
    }
    return true;
  }

  /** The known outcome of the present request, which need not be carried out; else null. */
  Outcomes.Outcome outcome() {
    return outcome != null && outcome.known() ? outcome : null;
  }

  private void received(Channel by) {
    takeUp(by);
    resumed = false;
    Memory.putLong(address + SlotLayout.JOURNAL, 0);
    // In this order: a successor never takes the request for one that was answered.
    state(SlotState.RECEIVED);
    Memory.putLongRelease(address + SlotLayout.TAKEN, unique & ~FuseDevice.RESENT);
  }

  private void takeUp(Channel by) {
    receiver = by;
    bulk = wellFormed && movesBulk();
    node = in.node();
    pid = in.pid();
    opcode = in.opcode();
  }

  private boolean movesBulk() {
    return switch (in.opcode()) {
      case Opcode.READ -> Memory.getInt(operation + ReadIn.LENGTH) > BULK;
      case Opcode.WRITE -> argumentsLength > BULK;
      default -> false;
    };
  }

  /**
   * Takes up a copy of the request in another slot, of the same payload size, so that it can be
   * served when that slot is used for something else.
   */
  void receivedCopy(Slot other) {
    int operationSize = Opcode.argumentSize(other.opcode);
    operation = address + UringRequestHeader.OP_IN;
    arguments = payloadAddress();
    argumentsLength = other.argumentsLength;
    wellFormed = other.wellFormed;
    bulk = other.bulk;
    node = other.node;
    opcode = other.opcode;
    unique = other.unique;
    resumed = other.resumed;
    journal = other.journal;
    in.wrap(address + UringRequestHeader.IN_OUT);
    Memory.copy(other.in.address(), in.address(), InHeader.SIZE);
    if (wellFormed) {
      Memory.copy(other.operation, operation, operationSize);
      Memory.copy(other.arguments, arguments, argumentsLength);
    }
    state(SlotState.RECEIVED);
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
