package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.AttributesOut;
import io.ringmount.channels.wire.Dirent;
import io.ringmount.channels.wire.DirentPlus;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.InHeader;
import io.ringmount.channels.wire.OpenOut;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.WriteOut;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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
        StatfsReply,
        DirectoryReply {
  private final Slot slot;
  private final Channel channel;
  private final ByteBuffer payload;

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

  Exchange(Slot slot, Channel channel) {
    this.slot = slot;
    this.channel = channel;
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

  /** Begins a request: channel thread, before the file system is called. */
  void begin() {
    InHeader header = slot.request();
    opcode = header.opcode();
    uid = header.uid();
    gid = header.gid();
    pid = header.pid();
    node = header.node();
    stagedSize = 0;
    data = false;
    answerable = true;
    slot.state(SlotState.EXECUTING);
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
    } else {
      // From here on the names of the request are gone.
      Memory.copy(slot.stagedAddress(), slot.payloadAddress(), stagedSize);
      replySize = stagedSize;
    }
    channel.complete(slot);
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
    channel.complete(slot);
  }

  private void claim() {
    if (!claimed()) {
      throw new IllegalStateException("request " + slot.unique() + " was answered before");
    }
  }

  private boolean claimed() {
    return slot.advance(SlotState.EXECUTING, SlotState.REPLYING);
  }

  @Override
  public long unique() {
    return slot.unique();
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
