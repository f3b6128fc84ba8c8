package io.ringmount.channels;

/** Answers with how much was copied. */
public interface CopyReply extends Reply {
  /** Sets how many bytes were copied, 0 at the end of the file that is copied from. */
  void copied(long bytes);
}
