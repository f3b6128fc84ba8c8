package io.ringmount.channels;

import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One file, "file", that is another: all of its data is moved by transfers, none is cached, and
 * every call is a request.
 */
final class TransferFileSystem implements FileSystem {
  /** More than any backend has, so that requests beyond its end come too. */
  static final long SIZE = 1L << 30;

  private static final long FILE = 2;

  private final AtomicInteger inUse = new AtomicInteger();
  private final AtomicInteger used = new AtomicInteger();
  private final BackendFile backend;
  private volatile int descriptor;
  private volatile long shift;
  private volatile int writeFlags;

  /**
   * @param waits whether the backend says that it always waits
   */
  TransferFileSystem(int descriptor, boolean waits) {
    this.descriptor = descriptor;
    backend =
        new BackendFile() {
          @Override
          public int descriptor() {
            return TransferFileSystem.this.descriptor;
          }

          @Override
          public boolean neverWaits() {
            return false;
          }

          @Override
          public boolean readsWait() {
            return waits;
          }

          @Override
          public boolean writesWait() {
            return waits;
          }

          @Override
          public void release() {
            inUse.decrementAndGet();
          }
        };
  }

  /** Another backend from now on. */
  void descriptor(int value) {
    descriptor = value;
  }

  /** Where in the backend the file begins. */
  void shift(long bytes) {
    shift = bytes;
  }

  /**
   * @param flags {@code RWF_*} of all writes
   */
  void writeFlags(int flags) {
    writeFlags = flags;
  }

  /** Transfers that have not released the backend; negative if one has done so twice. */
  int inUse() {
    return inUse.get();
  }

  /** All transfers until now. */
  int used() {
    return used.get();
  }

  private BackendFile use() {
    inUse.incrementAndGet();
    used.incrementAndGet();
    return backend;
  }

  @Override
  public boolean transfers() {
    return true;
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    describe(FILE, reply.entry().node(FILE).attributes());
    reply.done();
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    describe(node, reply.attributes());
    reply.done();
  }

  private static void describe(long node, Attributes attributes) {
    if (node == ROOT) {
      attributes.inode(ROOT).mode(040755).links(2);
    } else {
      attributes.inode(node).mode(0100644).links(1).size(SIZE);
    }
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    reply.open().openFlags(OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES);
    reply.done();
  }

  @Override
  public void flush(Request request, long node, long handle, Reply reply) {
    reply.done();
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    reply.send(use(), shift + offset, size);
  }

  @Override
  public void write(
      Request request,
      long node,
      long handle,
      long offset,
      ByteBuffer data,
      boolean killPrivileges,
      WriteReply reply) {
    reply.receive(use(), data, shift + offset, writeFlags);
  }

  @Override
  public void fsync(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    reply.sync(use(), dataOnly);
  }
}
