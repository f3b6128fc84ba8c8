package io.ringmount.daemon.cache;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Name;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Files behind a link of limited speed, as those of an NFS server: {@code file-0}, {@code file-1}
 * and so on, all of one size. What they contain is computed.
 */
final class ThrottledFileSystem implements FileSystem {
  private static final String PREFIX = "file-";
  private static final long FIRST_NODE = ROOT + 1;
  private static final long MODIFIED = 1_700_000_000;

  private final long size;
  private volatile double nanosPerByte;
  private final long latencyNanos;
  private final AtomicLong served = new AtomicLong();

  /** When the link has carried what was asked for. */
  private long free = System.nanoTime();

  /**
   * @param size of each file, in bytes
   * @param bytesPerSecond that the link carries; 0: no limit
   * @param latencyMicros of each request, beside that
   */
  ThrottledFileSystem(long size, long bytesPerSecond, long latencyMicros) {
    this.size = size;
    limit(bytesPerSecond);
    this.latencyNanos = TimeUnit.MICROSECONDS.toNanos(latencyMicros);
  }

  /**
   * Has the link carry more or less from now on.
   *
   * @param bytesPerSecond that it carries; 0: no limit
   */
  final void limit(long bytesPerSecond) {
    nanosPerByte = bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / (double) bytesPerSecond;
  }

  static String name(int number) {
    return PREFIX + number;
  }

  /** Bytes that were read from all files. */
  long served() {
    return served.get();
  }

  /** Eight bytes of a file, at a multiple of eight. */
  static long content(int file, long offset) {
    long mixed = (file * 0x9e3779b97f4a7c15L + offset) * 0xff51afd7ed558ccdL;
    return mixed ^ (mixed >>> 29);
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    String file = name.toString();
    if (!file.matches(PREFIX + "[0-9]{1,6}")) {
      reply.error(Errno.ENOENT);
      return;
    }
    long node = FIRST_NODE + Integer.parseInt(file.substring(PREFIX.length()));
    describe(node, reply.entry().node(node).attributes());
    reply.done();
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    describe(node, reply.attributes());
    reply.done();
  }

  private void describe(long node, Attributes attributes) {
    attributes.inode(node).modificationTime(MODIFIED, 0).changeTime(MODIFIED, 0);
    if (node == ROOT) {
      attributes.mode(040555).links(2);
    } else {
      attributes.mode(0100444).links(1).size(size);
    }
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    reply.open().openFlags(OpenFlags.DIRECT_IO);
    reply.done();
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    int length = (int) Math.clamp(this.size - offset, 0, size);
    ByteBuffer buffer = reply.buffer();
    int file = (int) (node - FIRST_NODE);
    long at = offset;
    for (; at % Long.BYTES == 0 && at + Long.BYTES <= offset + length; at += Long.BYTES) {
      long word = content(file, at);
      buffer.putLong(buffer.order() == ByteOrder.LITTLE_ENDIAN ? word : Long.reverseBytes(word));
    }
    for (; at < offset + length; at++) {
      buffer.put((byte) (content(file, at & -Long.BYTES) >> at % Long.BYTES * Byte.SIZE));
    }
    served.addAndGet(length);
    carry(length);
    reply.done();
  }

  private void carry(int length) {
    long until;
    synchronized (this) {
      free = Math.max(free, System.nanoTime()) + (long) (length * nanosPerByte);
      until = free + latencyNanos;
    }
    long left;
    while ((left = until - System.nanoTime()) > 0 && nanosPerByte + latencyNanos > 0) {
      LockSupport.parkNanos(left);
    }
  }
}
