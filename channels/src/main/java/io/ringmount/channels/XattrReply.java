package io.ringmount.channels;

import java.nio.ByteBuffer;

/**
 * Answers with the value of an extended attribute or the names of all, or with how long that is.
 */
public interface XattrReply extends Reply {
  /** The most bytes that the caller takes; 0: only asks how many there are. */
  int wanted();

  /**
   * Where the bytes go, if any are {@link #wanted}: a direct buffer, apart from the name of the
   * request. What lies between its position now and when {@link #done} is called is the answer. It
   * has room for all that is wanted unless the mount's largest write is below 128 KiB.
   */
  ByteBuffer buffer();

  /** Sets how many bytes there are, if none are {@link #wanted}. */
  void length(int bytes);
}
