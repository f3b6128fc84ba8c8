package io.ringmount.channels;

import java.nio.ByteBuffer;

/** Answers with the number of bytes that were written. */
public interface WriteReply extends Reply {
  /** Sets how many bytes were taken, 0 to the size of the request. */
  void written(int bytes);

  /**
   * Answers when {@code data} is written, without holding the calling thread where that would wait.
   * In place of {@link #written} and {@link #done}.
   *
   * @param file released when it is no longer needed, whatever happens
   * @param data of the request, between position and limit
   * @param offset in the file, in bytes
   * @param flags {@code RWF_*} of pwritev2(2)
   */
  void receive(BackendFile file, ByteBuffer data, long offset, int flags);
}
