package io.ringmount.channels;

import io.ringmount.channels.wire.Entry;

/** Answers with a directory entry: node, attributes, and how long the kernel may trust them. */
public interface EntryReply extends Reply {
  /**
   * The entry to fill, all zero at first. Replying with a node other than 0 gives the kernel one
   * lookup of it, which it returns through {@link FileSystem#forget}.
   */
  Entry entry();
}
