package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.GetxattrOut;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OpenOut;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.StatxOut;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import org.agrona.BufferUtil;

/**
 * A request and its reply as a file system sees them: the face of one {@link Slot}, made once and
 * used for every request that comes through it, so that serving allocates nothing.
 *
 * <p>Structs of a reply are staged apart from the payload, because the payload still holds the
 * names of the request; data goes to the payload at once, as requests for data carry no names.
 */
final class Exchange
    implements Request,
        AttributesReply,
        CreateReply,
        DataReply,
        WriteReply,
        SyncReply,
        StatfsReply,
        StatxReply,
        XattrReply,
        LseekReply,
        CopyReply,
        DirectoryReply {
  private final Slot slot;
  private final ByteBuffer payload;
  private final ByteBuffer apart;
  private final FileTransfer transfer = new FileTransfer(this);
  private final StagedReply staged;
  private final DirentWriter dirents;
  private final InterruptAction onInterrupt = new InterruptAction();

  /** Who serves the present request; set before it is handed out. */
  private ReplySink sink;

  final Name name = new Name();
  final Name otherName = new Name();
  final Bytes value = new Bytes();
  final SetattrIn setattr = new SetattrIn();
  final CopyFileRangeIn range = new CopyFileRangeIn();
  private final StatxOut statx = new StatxOut();

  /** Where the reply is made, of {@link ReplyPlace}. */
  private int place;

  private int wanted;
  private boolean answerable;
  private int replyError;
  private int replySize;

  Exchange(Slot slot, ReplySink sink) {
    this.slot = slot;
    this.sink = sink;
    this.payload =
        MemorySegment.ofAddress(slot.payloadAddress())
            .reinterpret(slot.payloadSize())
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    int room = ReplyPlace.room(ReplyPlace.APART, slot.payloadSize());
    this.apart =
        MemorySegment.ofAddress(slot.replyAddress(ReplyPlace.APART))
            .reinterpret(room)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    this.staged = new StagedReply(slot.replyAddress(ReplyPlace.STAGED));
    this.dirents = new DirentWriter(payload, slot.payloadAddress());
  }

  Slot slot() {
    return slot;
  }

  ReplySink sink() {
    return sink;
  }

  void sink(ReplySink server) {
    sink = server;
  }

  FileTransfer transfer() {
    return transfer;
  }

  boolean triesAtOnce() {
    return sink.triesAtOnce();
  }

  long payloadAddress() {
    return slot.payloadAddress();
  }

  /** Address of one {@code struct iovec}, where a transfer needs no staged reply. */
  long vector(long address, long length) {
    long vector = slot.vectorAddress();
    Memory.putLong(vector, address);
    Memory.putLong(vector + Long.BYTES, length);
    return vector;
  }

  /** Begins a request: channel thread, before the file system is called. */
  void begin() {
    staged.clear();
    place = ReplyPlace.STAGED;
    answerable = true;
    onInterrupt.clear();
    slot.record().state(SlotState.EXECUTING);
  }

  /** Begins to answer the same request anew; the reply has no content. */
  void again() {
    staged.clear();
    place = ReplyPlace.STAGED;
    slot.record().state(SlotState.EXECUTING);
  }

  /** The node of every entry of a listing with attributes that the kernel would count. */
  void forEachEntry(LongConsumer action) {
    dirents.forEachNode(replySize, action);
  }

  /** The structs that the reply consists of. */
  StagedReply staged() {
    return staged;
  }

  /** The reply is up to {@code limit} bytes of data. */
  void stageData(int limit) {
    place = ReplyPlace.PAYLOAD;
    payload.clear().limit(limit);
  }

  /** The reply is larger than what can be staged, and the request has no name. */
  void stageStatx() {
    stageData(StatxOut.SIZE);
    payload.position(StatxOut.SIZE);
    statx.wrap(slot.payloadAddress());
    statx.clear();
  }

  /**
   * The reply is up to {@code bytes} bytes of data, and the request has a name; or how many there
   * are if none are wanted.
   */
  void stageXattr(int bytes) {
    wanted = bytes;
    if (bytes == 0) {
      staged.stage(GetxattrOut.SIZE);
    } else {
      place = ReplyPlace.APART;
      apart.clear().limit(Math.min(bytes, apart.capacity()));
    }
  }

  void stageDirectory(int limit, boolean plus) {
    stageData(limit);
    staged.entry().clear();
    dirents.begin(plus);
  }

  /** The data of a WRITE. */
  ByteBuffer writeData(int size) {
    return payload.clear().limit(size);
  }

  /** The kernel waits for no reply to this request. */
  void unanswerable() {
    answerable = false;
  }

  /** Whether the kernel waits for the reply. */
  boolean answerable() {
    return answerable;
  }

  long node() {
    return slot.request().node();
  }

  /** 0 or {@code -errno}; once the reply is ready. */
  int replyError() {
    return replyError;
  }

  /** Bytes of the reply in the payload; once the reply is ready. */
  int replySize() {
    return replySize;
  }

  @Override
  public void done() {
    claim();
    replyError = 0;
    replySize =
        switch (place) {
          case ReplyPlace.PAYLOAD -> payload.position();
          case ReplyPlace.APART -> apart.position();
          default -> staged.size();
        };
    executed();
    sink.complete(slot);
  }

  /** The outcome is recorded; from here on the names of the request are gone. */
  private void executed() {
    slot.record().executed(replyError, replySize, place);
    if (place != ReplyPlace.PAYLOAD) {
      slot.record().placeReply();
    }
  }

  @Override
  public void send(BackendFile file, long offset, int size) {
    transfer.read(file, offset, Math.min(size, payload.limit()));
  }

  @Override
  public void receive(BackendFile file, ByteBuffer from, long offset, int flags) {
    long address = BufferUtil.address(from) + from.position();
    transfer.write(file, address, from.remaining(), offset, flags);
  }

  @Override
  public void sync(BackendFile file, boolean dataOnly) {
    transfer.sync(file, dataOnly);
  }

  /** A transfer has come to its end after {@code bytes}. */
  void transferred(int bytes) {
    if (place == ReplyPlace.PAYLOAD) {
      payload.position(bytes);
    } else if (opcode() == Opcode.WRITE) {
      staged.write().size(bytes);
    }
    done();
  }

  /**
   * Takes over the reply that was made elsewhere, and gives it; nothing when somebody has begun to
   * answer.
   */
  void adopt(Exchange other) {
    if (claimed()) {
      answerable = other.answerable;
      replyError = other.replyError;
      replySize = other.replySize;
      place = other.place;
      Memory.copy(other.payloadAddress(), slot.replyAddress(place), replySize);
      executed();
      sink.complete(slot);
    }
  }

  /** Gives the reply that an earlier process has made and could not give. */
  void repeat(Outcomes.Outcome outcome) {
    claim();
    replyError = outcome.error();
    replySize = Math.min(outcome.reply().length, slot.payloadSize());
    place = ReplyPlace.PAYLOAD;
    Memory.copy(outcome.reply(), 0, slot.payloadAddress(), replySize);
    executed();
    sink.complete(slot);
  }

  @Override
  public void onInterrupt(Runnable action) {
    onInterrupt.set(slot.unique(), action);
    // Whoever gives the request up marks the slot first and looks here then.
    if (slot.isGivenUp()) {
      interrupt(slot.unique());
    }
  }

  /** Does, once, what the request {@code unique} wants done when it is interrupted. Any thread. */
  void interrupt(long unique) {
    onInterrupt.run(unique);
  }

  @Override
  public void error(int errno) {
    claim();
    fail(errno);
  }

  /**
   * As {@link #error}, but nothing when somebody has begun to answer; any thread may just do so.
   */
  void errorUnlessAnswered(int errno) {
    if (claimed()) {
      fail(errno);
    }
  }

  private void fail(int errno) {
    replyError = errno > 0 && errno < 512 ? -errno : -Errno.EIO;
    replySize = 0;
    slot.record().executed(replyError, 0, ReplyPlace.PAYLOAD);
    sink.complete(slot);
  }

  private void claim() {
    if (!claimed()) {
      throw new IllegalStateException("request " + slot.unique() + " was answered before");
    }
  }

  private boolean claimed() {
    return slot.record().advance(SlotState.EXECUTING, SlotState.REPLYING);
  }

  @Override
  public long unique() {
    return slot.unique();
  }

  @Override
  public boolean isGivenUp() {
    return slot.isGivenUp();
  }

  @Override
  public long journal() {
    return slot.journalAddress();
  }

  @Override
  public boolean isResumed() {
    return slot.isResumed();
  }

  @Override
  public int opcode() {
    return slot.request().opcode();
  }

  @Override
  public int uid() {
    return slot.request().uid();
  }

  @Override
  public int gid() {
    return slot.request().gid();
  }

  @Override
  public int pid() {
    return slot.request().pid();
  }

  @Override
  public int umask() {
    return slot.request().umask();
  }

  @Override
  public Entry entry() {
    return staged.entry();
  }

  @Override
  public Attributes attributes() {
    return staged.attributes().attributes();
  }

  @Override
  public void timeout(long nanos) {
    staged.attributes().timeout(nanos);
  }

  @Override
  public OpenOut open() {
    return staged.open();
  }

  @Override
  public ByteBuffer buffer() {
    return place == ReplyPlace.APART ? apart : payload;
  }

  @Override
  public int wanted() {
    return wanted;
  }

  @Override
  public void length(int bytes) {
    staged.getxattr().size(bytes);
  }

  @Override
  public void position(long offset) {
    staged.lseek().offset(offset);
  }

  @Override
  public void copied(long bytes) {
    if (opcode() == Opcode.COPY_FILE_RANGE) {
      staged.write().size((int) bytes);
    } else {
      staged.copyFileRange().copied(bytes);
    }
  }

  @Override
  public void written(int bytes) {
    staged.write().size(bytes);
  }

  @Override
  public StatfsOut statfs() {
    return staged.statfs();
  }

  @Override
  public StatxOut statx() {
    return statx;
  }

  @Override
  public boolean withAttributes() {
    return dirents.withAttributes();
  }

  @Override
  public int capacity() {
    return payload.limit();
  }

  @Override
  public boolean fits(Name name) {
    return dirents.fits(name);
  }

  @Override
  public void add(Name name, long nextCookie) {
    dirents.add(name, nextCookie, staged.entry());
    staged.entry().clear();
  }
}
