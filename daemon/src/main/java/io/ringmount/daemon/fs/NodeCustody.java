package io.ringmount.daemon.fs;

import io.ringmount.channels.Custody;
import io.ringmount.channels.linux.FileOps;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Descriptors of files that a successor could not open: they are in custody, by the number of their
 * node, from before that becomes so until the node ends.
 */
final class NodeCustody {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCustody.class);
  private static final String PREFIX = "node-";

  private final Custody custody;
  private final Map<String, Integer> inherited;
  private final boolean hasSuccessor;
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param inherited what an earlier process had in custody, and may still add: whoever removes an
   *     entry owns its descriptor
   */
  NodeCustody(Custody custody, Map<String, Integer> inherited) {
    this.custody = custody;
    this.inherited = inherited;
    this.hasSuccessor = !custody.equals(Custody.NONE);
  }

  static boolean isName(String name) {
    return name.startsWith(PREFIX);
  }

  static String name(long node) {
    return PREFIX + node;
  }

  /** Whether anybody goes on after this process. */
  boolean hasSuccessor() {
    return hasSuccessor;
  }

  /** Gives a descriptor into custody; {@code false} when that failed, which is reported once. */
  boolean keep(long node, int fd) {
    try {
      custody.keep(name(node), fd);
      failing.set(false);
      return true;
    } catch (IOException e) {
      if (!failing.getAndSet(true)) {
        LOG.warn(
            "an open file without a name would be lost to whoever goes on after this process: {}",
            e.getMessage());
      }
      return false;
    }
  }

  void drop(long node) {
    custody.drop(name(node));
    int fd = take(node);
    if (fd != Inode.NO_DESCRIPTOR) {
      FileOps.close(fd);
    }
  }

  /**
   * The inherited descriptor of a node.
   *
   * @return owned by the caller; {@link Inode#NO_DESCRIPTOR} when there is none (any more)
   */
  int take(long node) {
    Integer fd = inherited.remove(name(node));
    return fd == null ? Inode.NO_DESCRIPTOR : fd;
  }

  /** Drops what was inherited for nodes that have ended. */
  void dropUnless(LongPredicate exists) {
    for (String name : inherited.keySet()) {
      long node = name.startsWith(PREFIX) ? numberIn(name) : 0;
      if (node > 0 && !exists.test(node)) {
        drop(node);
      }
    }
  }

  private static long numberIn(String name) {
    try {
      return Long.parseLong(name.substring(PREFIX.length()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
