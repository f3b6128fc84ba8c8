package io.ringmount.channels;

import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.InHeader;
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
  private final SlotRecord record;
  private final SlotRequest request = new SlotRequest();
  private final OutHeader out = new OutHeader();
  private final UringRequestHeader ring = new UringRequestHeader();

  /** The caller of the request waits no more. */
  private final RequestMark interrupted = new RequestMark();

  /** The request may be given up though it has begun. */
  private final RequestMark givenUp = new RequestMark();

  private boolean resumed;

  /** What an earlier process that read the device came to; null when nothing is known. */
  private Outcomes.Outcome outcome;

  /** Of the slot that the request came in, also where this is a copy. */
  private long journal;

  /** What serves the present request elsewhere, or has served an earlier one. */
  private volatile Detached detached;

  private int queue;
  private Exchange exchange;
  private Channel home;
  private Channel receiver;

  /** When the request arrived, and when the file system got it, by {@code System.nanoTime}. */
  private long arrived;

  private long started;

  /** The next of those that wait for the same node, and the last of them; see {@link NodeOrder}. */
  Slot nextInOrder;

  Slot lastInOrder;

  Slot(int index, long address, int payloadSize) {
    this.index = index;
    this.address = address;
    this.payloadSize = payloadSize;
    this.record = new SlotRecord(address, payloadSize);
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

  /** Where a reply lies at a place of {@link ReplyPlace}. */
  long replyAddress(int place) {
    return address + ReplyPlace.offset(place, payloadSize);
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
    record.queue(number);
  }

  /** An earlier process had this slot. */
  void inherited() {
    queue = record.queue();
    ring.wrap(address);
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

  /** Thread id of the present request's caller, as in {@link Request#pid}. */
  public int pid() {
    return request.pid();
  }

  Detached detached() {
    return detached;
  }

  void detached(Detached server) {
    detached = server;
  }

  /** Whether the request moves so much data that others should not have to wait for it. */
  public boolean bulk() {
    return request.bulk();
  }

  /** Notes that the caller of the request {@code number} waits no more. Any thread. */
  void interrupted(long number) {
    interrupted.set(number);
  }

  /** Whether the present request was interrupted. */
  boolean isInterrupted() {
    return interrupted.isOn(request.unique());
  }

  /** Notes as well that the request may be given up though it has begun. Any thread. */
  void givenUp(long number) {
    givenUp.set(number);
  }

  /** Whether the present request may be given up though it has begun. */
  boolean isGivenUp() {
    return givenUp.isOn(request.unique());
  }

  /**
   * Whether the request {@code number} is here and not answered; any thread, and at once outdated.
   */
  boolean holds(long number) {
    int state = record.state();
    return (state == SlotState.RECEIVED || state == SlotState.EXECUTING)
        && request.unique() == number;
  }

  /** Address of two {@code struct iovec}, for whoever has the slot. */
  public long vectorAddress() {
    return address + SlotLayout.VECTOR;
  }

  /** Memory of the present request, see {@link Request#journal}. */
  long journalAddress() {
    return journal;
  }

  /** Makes the reply, for a commit, out of the outcome that an earlier process recorded. */
  void replyFromRecord() {
    int bytes = record.placeReply();
    request.unique(record.taken());
    replyToRing(record.error(), bytes);
    ready();
  }

  /** Whether the device has delivered the present request before. */
  public boolean isResent() {
    return (request.unique() & FuseDevice.RESENT) != 0;
  }

  /** Whether an earlier process had begun with the present request. */
  public boolean isResumed() {
    return resumed;
  }

  /** Says that the kernel may fill this slot from now on: no request in it waits for a reply. */
  public void offered() {
    record.state(SlotState.OFFERED);
  }

  /** Says that nobody has begun with the request, so that a successor does. */
  void received() {
    record.state(SlotState.RECEIVED);
  }

  /** Says that the reply is complete. The thread that replies. */
  public void ready() {
    record.state(SlotState.READY);
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
    receiver = by;
    // Its state stays: until the file system has it, it counts as begun with.
    resumed = true;
  }

  private void parseFromRing() {
    ring.wrap(address);
    request.parseFromRing(address, payloadSize, ring.payloadSize());
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
    request.parseFromDevice(address, bytes);
    received(by);
    outcome = isResent() ? earlier.take(number()) : null;
    if (outcome != null) {
      resumed = true;
      Memory.copy(outcome.journal(), 0, journal, Request.JOURNAL_SIZE);
      record.state(SlotState.EXECUTING);
    }
    return true;
  }

  /** The number under which the present request is known however often it is delivered. */
  private long number() {
    return request.unique() & ~FuseDevice.RESENT;
  }

  /** The known outcome of the present request, which need not be carried out; else null. */
  Outcomes.Outcome outcome() {
    return outcome != null && outcome.known() ? outcome : null;
  }

  private void received(Channel by) {
    receiver = by;
    resumed = false;
    record.received(number());
  }

  /**
   * Takes up a copy of the request in another slot, of the same payload size, so that it can be
   * served when that slot is used for something else.
   */
  void receivedCopy(Slot other) {
    request.copy(other.request, address);
    resumed = other.resumed;
    journal = other.journal;
    record.state(SlotState.RECEIVED);
  }

  /** What the kernel asks for in this slot. */
  SlotRequest request() {
    return request;
  }

  /** What successors find in this slot. */
  SlotRecord record() {
    return record;
  }

  /** Number of the present request, also when the reply is already written. */
  public long unique() {
    return request.unique();
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
    out.length(OutHeader.SIZE + bytes).error(error).unique(request.unique());
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
    out.length(OutHeader.SIZE + bytes).error(error).unique(request.unique());
    return start;
  }
}
