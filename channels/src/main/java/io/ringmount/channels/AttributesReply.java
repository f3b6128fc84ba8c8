package io.ringmount.channels;

import io.ringmount.channels.wire.Attributes;

/** Answers with the attributes of a node. */
public interface AttributesReply extends Reply {
  /** The attributes to fill, all zero at first. */
  Attributes attributes();

  /**
   * How long the kernel may trust the attributes, in nanoseconds; 0, the default, is not at all.
   */
  void timeout(long nanos);
}
