package io.ringmount.channels;

import io.ringmount.channels.wire.OpenOut;

/** Answers with an open file or directory. */
public interface OpenReply extends Reply {
  /** The handle, which the kernel gives back with every use, and the flags; all zero at first. */
  OpenOut open();
}
