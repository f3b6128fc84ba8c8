package io.ringmount.channels;

/** Answers with a position in a file. */
public interface LseekReply extends Reply {
  /** Sets where what was looked for begins, in bytes. */
  void position(long offset);
}
