package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One file in memory that is written and stored as on a device that is failing. Calls may wait.
 *
 * <p>It is written through the page cache: past it the kernel makes EIO of a short write that came
 * from a ring ({@code fs/fuse/file.c}, {@code fuse_get_res_by_io}).
 */
final class OddStore implements FileSystem {
  /** The most it takes. */
  static final int CAPACITY = 256 << 10;

  /** Where what is odd begins. */
  static final int ODD = 24 << 10;

  /** What writes come to; and, where that makes sense, reads and syncs. */
  enum Habit {
    /** All is stored. */
    WHOLE,
    /** Never more than a thousand bytes at once. */
    SHORT,
    /** EINTR every other time, and never more than five thousand bytes. */
    INTERRUPTED,
    /** ENOSPC from a place on, before which a write that begins earlier ends. */
    FULL,
    /** EIO from a place on, before which a write that begins earlier ends; EIO when syncing. */
    FAILS,
    /** Nothing, until {@link #release}. */
    WAITS
  }

  private static final Name NAME = Name.of("file");
  private static final long FILE = 2;
  private static final long PATIENCE_SECONDS = 40;

  private final byte[] content = new byte[CAPACITY];
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger syncs = new AtomicInteger();
  private final AtomicInteger dataSyncs = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile Habit habit = Habit.WHOLE;

  void habit(Habit value) {
    habit = value;
  }

  byte[] content(int from, int to) {
    synchronized (content) {
      return Arrays.copyOfRange(content, from, to);
    }
  }

  int waiting() {
    return waiting.get();
  }

  /** Syncs that were answered well. */
  int syncs() {
    return syncs.get();
  }

  /** Among them those of data only. */
  int dataSyncs() {
    return dataSyncs.get();
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

  private static void describe(long node, Attributes attributes) {
    if (node == ROOT) {
      attributes.inode(ROOT).mode(040755).links(2);
    } else {
      attributes.inode(node).mode(0100644).links(1).size(CAPACITY);
    }
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    reply.done();
  }

  @Override
  public void flush(Request request, long node, long handle, Reply reply) {
    reply.done();
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    if (habit == Habit.WAITS) {
      await();
    }
    int from = (int) Math.min(offset, CAPACITY);
    synchronized (content) {
      reply.buffer().put(content, from, Math.min(size, CAPACITY - from));
    }
    reply.done();
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
    int from = (int) offset;
    int end = from + data.remaining();
    int count = writes.getAndIncrement();
    switch (habit) {
      case SHORT -> end = Math.min(end, from + 1_000);
      case INTERRUPTED -> {
        if (count % 2 == 0) {
          reply.error(Errno.EINTR);
          return;
        }
        end = Math.min(end, from + 5_000);
      }
      case FULL, FAILS -> {
        if (from >= ODD) {
          reply.error(habit == Habit.FULL ? Errno.ENOSPC : Errno.EIO);
          return;
        }
        end = Math.min(end, ODD);
      }
      case WAITS -> await();
      case WHOLE -> {}
    }
    synchronized (content) {
      data.get(content, from, end - from);
    }
    reply.written(end - from);
    reply.done();
  }

  @Override
  public void fsync(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    switch (habit) {
      case FAILS -> {
        reply.error(Errno.EIO);
        return;
      }
      case WAITS -> await();
      default -> {}
    }
    syncs.incrementAndGet();
    if (dataOnly) {
      dataSyncs.incrementAndGet();
    }
    reply.done();
  }

  private void await() {
    waiting.incrementAndGet();
    try {
      if (!released.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody released the callers");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.decrementAndGet();
    }
  }
}
