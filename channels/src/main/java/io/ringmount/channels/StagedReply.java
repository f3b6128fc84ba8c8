package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.AttributesOut;
import io.ringmount.channels.wire.CopyFileRangeOut;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.GetxattrOut;
import io.ringmount.channels.wire.LseekOut;
import io.ringmount.channels.wire.OpenOut;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.WriteOut;

/**
 * The structs of a reply, staged apart from the payload, because that still holds the names of the
 * request.
 */
final class StagedReply {
  private final long address;
  private final Entry entry = new Entry();
  private final AttributesOut attributes = new AttributesOut();
  private final OpenOut open = new OpenOut();
  private final WriteOut write = new WriteOut();
  private final StatfsOut statfs = new StatfsOut();
  private final GetxattrOut getxattr = new GetxattrOut();
  private final LseekOut lseek = new LseekOut();
  private final CopyFileRangeOut copyFileRange = new CopyFileRangeOut();
  private int size;

  /**
   * @param address of the staging area
   */
  StagedReply(long address) {
    this.address = address;
    entry.wrap(address);
    attributes.wrap(address);
    write.wrap(address);
    statfs.wrap(address);
    getxattr.wrap(address);
    lseek.wrap(address);
    copyFileRange.wrap(address);
  }

  /** The reply has no structs. */
  void clear() {
    size = 0;
  }

  /**
   * What the reply consists of: {@code bytes} staged bytes, zero until the file system fills them.
   */
  void stage(int bytes) {
    size = bytes;
    Memory.zero(address, bytes);
  }

  /** As {@link #stage} for CREATE: an entry with an open file behind it. */
  void stageCreate() {
    stage(Entry.SIZE + OpenOut.SIZE);
    open.wrap(address + Entry.SIZE);
  }

  void stageOpen() {
    stage(OpenOut.SIZE);
    open.wrap(address);
  }

  /** Bytes of the structs. */
  int size() {
    return size;
  }

  Entry entry() {
    return entry;
  }

  AttributesOut attributes() {
    return attributes;
  }

  OpenOut open() {
    return open;
  }

  WriteOut write() {
    return write;
  }

  StatfsOut statfs() {
    return statfs;
  }

  GetxattrOut getxattr() {
    return getxattr;
  }

  LseekOut lseek() {
    return lseek;
  }

  CopyFileRangeOut copyFileRange() {
    return copyFileRange;
  }
}
