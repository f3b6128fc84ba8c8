package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One file whose reads go as real devices' do on their bad days. Calls may wait. */
final class OddFileSystem implements FileSystem {
  static final int SIZE = 64 << 10;

  /** Where what is odd begins. */
  static final int ODD = 24 << 10;

  /** What reads come to. */
  enum Habit {
    /** All that was asked for. */
    WHOLE,
    /** Never more than a thousand bytes. */
    SHORT,
    /** The file is shorter than it says. */
    ENDS_EARLY,
    /** EIO from a place on, which a read that begins before it does not tell. */
    FAILS,
    /** EINTR every other time. */
    INTERRUPTED,
    /** Nothing, until {@link #release}. */
    WAITS
  }

  private static final long FILE = 2;
  private static final Name NAME = Name.of("file");
  private static final long PATIENCE_SECONDS = 40;

  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile Habit habit = Habit.WHOLE;

  void habit(Habit value) {
    habit = value;
  }

  /** What the file has at {@code offset}. */
  static byte at(long offset) {
    return (byte) (offset * 31 >>> 3);
  }

  int waiting() {
    return waiting.get();
  }

  void release() {
    released.countDown();
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    if (!name.contentEquals(NAME)) {
      reply.error(Errno.ENOENT);
      return;
    }
    describe(FILE, reply.entry().node(FILE).attributes());
    reply.done();
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    describe(node, reply.attributes());
    reply.done();
  }

  static void describe(long node, Attributes attributes) {
    if (node == ROOT) {
      attributes.inode(ROOT).mode(040755).links(2);
    } else {
      attributes.inode(node).mode(0100644).links(1).size(SIZE);
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
    int count = reads.getAndIncrement();
    long end = Math.min(SIZE, offset + size);
    switch (habit) {
      case SHORT -> end = Math.min(end, offset + 1_000);
      case ENDS_EARLY -> end = Math.min(end, ODD);
      case FAILS -> {
        if (offset >= ODD) {
          reply.error(Errno.EIO);
          return;
        }
        end = Math.min(end, ODD);
      }
      case INTERRUPTED -> {
        if (count % 2 == 0) {
          reply.error(Errno.EINTR);
          return;
        }
        end = Math.min(end, offset + 5_000);
      }
      case WAITS -> await();
      case WHOLE -> {}
    }
    for (long i = offset; i < end; i++) {
      reply.buffer().put(at(i));
    }
    reply.done();
  }

  private void await() {
    waiting.incrementAndGet();
    try {
      if (!released.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody released the readers");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.decrementAndGet();
    }
  }
}
