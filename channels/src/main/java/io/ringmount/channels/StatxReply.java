package io.ringmount.channels;

import io.ringmount.channels.wire.StatxOut;

/** Answers with the attributes of a node, its time of birth among them. */
public interface StatxReply extends Reply {
  /** The attributes to fill and how long they hold, all zero at first. */
  StatxOut statx();
}
