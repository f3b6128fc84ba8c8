package io.ringmount.channels;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.wire.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * An empty file in the root of every mount that no listing shows. A process that takes rings over
 * needs a request which nobody waits for, and the only one the kernel makes on demand is about a
 * regular file that it knows ({@code fs/fuse/dev.c}, {@code fuse_notify_retrieve}). Whoever makes
 * the mount looks this one up, so that there is one.
 */
public final class WakeFile {
  /** Its name in the root directory. */
  public static final String NAME = ".ringmount-wake";

  /** No file system gives out numbers as high. */
  static final long NODE = Long.MAX_VALUE >> 1;

  private static final byte[] BYTES = NAME.getBytes(StandardCharsets.US_ASCII);
  private static final long TIMEOUT_NANOS = TimeUnit.DAYS.toNanos(365);
  private static final int MODE = FileFlags.S_IFREG | 0400;

  private WakeFile() {}

  static boolean isAt(long parent, Name name) {
    if (parent != FileSystem.ROOT || name.length() != BYTES.length) {
      return false;
    }
    for (int i = 0; i < BYTES.length; i++) {
      if (name.byteAt(i) != BYTES[i]) {
        return false;
      }
    }
    return true;
  }

  static void answer(EntryReply reply) {
    fill(
        reply
            .entry()
            .node(NODE)
            .entryTimeout(TIMEOUT_NANOS)
            .attributesTimeout(TIMEOUT_NANOS)
            .attributes());
    reply.done();
  }

  static void answer(AttributesReply reply) {
    fill(reply.attributes());
    reply.timeout(TIMEOUT_NANOS);
    reply.done();
  }

  static void answer(StatxReply reply) {
    reply
        .statx()
        .timeout(TIMEOUT_NANOS)
        .mask(FileFlags.STATX_BASIC_STATS)
        .inode(NODE)
        .mode(MODE)
        .links(1);
    reply.done();
  }

  private static void fill(Attributes attributes) {
    attributes.inode(NODE).mode(MODE).links(1);
  }
}
