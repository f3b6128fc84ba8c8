package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.AttributesOut;
import io.ringmount.channels.wire.Dirent;
import io.ringmount.channels.wire.DirentPlus;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.InHeader;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OpenOut;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.WriteOut;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
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
        DirectoryReply {
  private static final AtomicReferenceFieldUpdater<Exchange, Interruption> ON_INTERRUPT =
      AtomicReferenceFieldUpdater.newUpdater(Exchange.class, Interruption.class, "onInterrupt");

  /** What one request wants done when it is interrupted. */
  private record Interruption(long unique, Runnable action) {}

  private final Slot slot;
  private final ByteBuffer payload;
  private final FileTransfer transfer = new FileTransfer(this);

  /** Who serves the present request; set before it is handed out. */
  private ReplySink sink;

  /** What ends the present request early, when its caller no longer waits. */
  private volatile Interruption onInterrupt;

  final Name name = new Name();
  final Name otherName = new Name();
  final SetattrIn setattr = new SetattrIn();

  private final Entry entry = new Entry();
  private final AttributesOut attributesOut = new AttributesOut();
  private final OpenOut open = new OpenOut();
  private final WriteOut write = new WriteOut();
  private final StatfsOut statfs = new StatfsOut();
  private final Dirent dirent = new Dirent();
  private final DirentPlus direntPlus = new DirentPlus();

  // The header's fields, kept: the reply's header overwrites them.
  private int opcode;
  private int uid;
  private int gid;
  private int pid;
  private long node;

  private int stagedSize;
  private boolean data;
  private boolean withAttributes;
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
    long staged = slot.stagedAddress();
    entry.wrap(staged);
    attributesOut.wrap(staged);
    write.wrap(staged);
    statfs.wrap(staged);
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
    InHeader header = slot.request().header();
    opcode = header.opcode();
    uid = header.uid();
    gid = header.gid();
    pid = header.pid();
    node = header.node();
    stagedSize = 0;
    data = false;
    answerable = true;
    if (onInterrupt != null) {
      onInterrupt = null;
    }
    slot.record().state(SlotState.EXECUTING);
  }

  /** Begins to answer the same request anew; the reply has no content. */
  void again() {
    stagedSize = 0;
    data = false;
    slot.record().state(SlotState.EXECUTING);
  }

  /** The node of a staged entry. */
  long entryNode() {
    return entry.node();
  }

  /** The handle of a staged open file. */
  long openHandle() {
    return open.handle();
  }

  /** The node of every entry of a listing with attributes that the kernel would count. */
  void forEachEntry(LongConsumer action) {
    long at = slot.payloadAddress();
    long end = at + replySize;
    while (at < end) {
      direntPlus.wrap(at);
      action.accept(direntPlus.entry().node());
      at += DirentPlus.sizeOf(direntPlus.dirent().nameLength());
    }
  }

  /**
   * What the reply consists of: {@code size} staged bytes, zero until the file system fills them.
   */
  void stage(int size) {
    stagedSize = size;
    Memory.zero(slot.stagedAddress(), size);
  }

  /** As {@link #stage} for CREATE: an entry with an open file behind it. */
  void stageCreate() {
    stage(Entry.SIZE + OpenOut.SIZE);
    open.wrap(slot.stagedAddress() + Entry.SIZE);
  }

  void stageOpen() {
    stage(OpenOut.SIZE);
    open.wrap(slot.stagedAddress());
  }

  /** The reply is up to {@code limit} bytes of data. */
  void stageData(int limit) {
    data = true;
    payload.clear().limit(limit);
  }

  void stageDirectory(int limit, boolean plus) {
    stageData(limit);
    entry.clear();
    withAttributes = plus;
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
    return node;
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
    if (data) {
      replySize = payload.position();
      slot.record().executed(0, replySize, false);
    } else {
      replySize = stagedSize;
      slot.record().executed(0, replySize, true);
      // From here on the names of the request are gone.
      Memory.copy(slot.stagedAddress(), slot.payloadAddress(), stagedSize);
    }
    sink.complete(slot);
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
    if (data) {
      payload.position(bytes);
    } else if (opcode == Opcode.WRITE) {
      write.size(bytes);
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
      Memory.copy(other.payloadAddress(), slot.payloadAddress(), replySize);
      slot.record().executed(replyError, replySize, false);
      sink.complete(slot);
    }
  }

  /** Gives the reply that an earlier process has made and could not give. */
  void repeat(Outcomes.Outcome outcome) {
    claim();
    replyError = outcome.error();
    replySize = Math.min(outcome.reply().length, slot.payloadSize());
    Memory.copy(outcome.reply(), 0, slot.payloadAddress(), replySize);
    slot.record().executed(replyError, replySize, false);
    sink.complete(slot);
  }

  @Override
  public void onInterrupt(Runnable action) {
    onInterrupt = new Interruption(slot.unique(), action);
    // Whoever gives the request up marks the slot first and looks here then.
    if (slot.isGivenUp()) {
      interrupt(slot.unique());
    }
  }

  /** Does, once, what the request {@code unique} wants done when it is interrupted. Any thread. */
  void interrupt(long unique) {
    Interruption wanted = onInterrupt;
    if (wanted != null
        && wanted.unique == unique
        && ON_INTERRUPT.compareAndSet(this, wanted, null)) {
      wanted.action.run();
    }
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
    slot.record().executed(replyError, 0, false);
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
  public long journal() {
    return slot.journalAddress();
  }

  @Override
  public boolean isResumed() {
    return slot.isResumed();
  }

  @Override
  public int opcode() {
    return opcode;
  }

  @Override
  public int uid() {
    return uid;
  }

  @Override
  public int gid() {
    return gid;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public Attributes attributes() {
    return attributesOut.attributes();
  }

  @Override
  public void timeout(long nanos) {
    attributesOut.timeout(nanos);
  }

  @Override
  public OpenOut open() {
    return open;
  }

  @Override
  public ByteBuffer buffer() {
    return payload;
  }

  @Override
  public void written(int bytes) {
    write.size(bytes);
  }

  @Override
  public StatfsOut statfs() {
    return statfs;
  }

  @Override
  public boolean withAttributes() {
    return withAttributes;
  }

  @Override
  public int capacity() {
    return payload.limit();
  }

  @Override
  public boolean fits(Name name) {
    return sizeOf(name) <= payload.remaining();
  }

  private int sizeOf(Name name) {
    return withAttributes ? DirentPlus.sizeOf(name.length()) : Dirent.sizeOf(name.length());
  }

  @Override
  public void add(Name name, long nextCookie) {
    int size = sizeOf(name);
    if (size > payload.remaining()) {
      throw new IllegalStateException("no room for another entry: see fits()");
    }
    long end = slot.payloadAddress() + payload.position();
    Dirent target = dirent;
    if (withAttributes) {
      direntPlus.wrap(end);
      Memory.copy(entry.address(), end, Entry.SIZE);
      target = direntPlus.dirent();
    } else {
      dirent.wrap(end);
    }
    Attributes attributes = entry.attributes();
    target
        .inode(attributes.inode())
        .offset(nextCookie)
        .type((attributes.mode() >>> 12) & 15)
        .name(name.address(), name.length());
    payload.position(payload.position() + size);
    entry.clear();
  }
}
