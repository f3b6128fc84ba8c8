package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Name;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Reply;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory with one fast file, and slow ones whose reads wait at a gate until it is opened. It
 * has no statfs: who uses it must reckon with slowness without knowing what it is.
 */
final class GatedFileSystem implements FileSystem {
  static final String FAST = "fast";
  static final int SIZE = 4096;

  private static final String SLOW = "slow-";
  private static final int SECONDS = 120;

  /** Nodes are the root, the fast file, then the slow ones. */
  private static final long FAST_NODE = ROOT + 1;

  private static final long FIRST_SLOW_NODE = FAST_NODE + 1;

  private final AtomicInteger arrived = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private volatile int failure;

  static String slow(int number) {
    return SLOW + number;
  }

  /** What a file has at an offset; its inode number tells files apart. */
  static byte contentOf(String file, int offset) {
    return content(node(file), offset);
  }

  private static byte content(long node, long offset) {
    return (byte) (31 * node + offset + (offset >> 8));
  }

  private static long node(String file) {
    return file.equals(FAST)
        ? FAST_NODE
        : FIRST_SLOW_NODE + Integer.parseInt(file.substring(SLOW.length()));
  }

  /** Waits until so many reads of slow files have come in all. */
  void awaitArrived(int count) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS / 2);
    while (arrived.get() < count) {
      assertTrue(System.nanoTime() < end, () -> arrived + " slow reads have come, not " + count);
      Thread.sleep(2);
    }
  }

  void open() {
    gate.countDown();
  }

  /** Has every request fail from now on; 0: none. */
  void failAll(int errno) {
    failure = errno;
  }

  private boolean fails(Reply reply) {
    int errno = failure;
    if (errno != 0) {
      reply.error(errno);
    }
    return errno != 0;
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    if (fails(reply)) {
      return;
    }
    String file = name.toString();
    if (!file.equals(FAST) && !file.startsWith(SLOW)) {
      reply.error(Errno.ENOENT);
      return;
    }
    describe(node(file), reply.entry().node(node(file)).attributes());
    reply.done();
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    if (fails(reply)) {
      return;
    }
    describe(node, reply.attributes());
    reply.done();
  }

  private static void describe(long node, Attributes attributes) {
    if (node == ROOT) {
      attributes.inode(ROOT).mode(040555).links(2);
    } else {
      attributes.inode(node).mode(0100444).links(1).size(SIZE);
    }
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    if (fails(reply)) {
      return;
    }
    reply.open().openFlags(OpenFlags.DIRECT_IO);
    reply.done();
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    if (fails(reply)) {
      return;
    }
    if (node >= FIRST_SLOW_NODE) {
      arrived.incrementAndGet();
      try {
        if (!gate.await(SECONDS, TimeUnit.SECONDS)) {
          reply.error(Errno.EIO);
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    for (long at = offset; at < Math.min(SIZE, offset + size); at++) {
      reply.buffer().put(content(node, at));
    }
    reply.done();
  }
}
