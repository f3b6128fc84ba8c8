package io.ringmount.channels;

import io.ringmount.channels.wire.StatfsOut;

/** Answers with the figures of the file system as a whole. */
public interface StatfsReply extends Reply {
  /** The figures to fill, all zero at first. */
  StatfsOut statfs();
}
