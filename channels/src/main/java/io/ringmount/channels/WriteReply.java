package io.ringmount.channels;

/** Answers with the number of bytes that were written. */
public interface WriteReply extends Reply {
  /** Sets how many bytes were taken, 0 to the size of the request. */
  void written(int bytes);
}
