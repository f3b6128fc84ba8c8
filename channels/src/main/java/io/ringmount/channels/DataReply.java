package io.ringmount.channels;

import java.nio.ByteBuffer;

/** Answers with bytes: the content of a file or the target of a symbolic link. */
public interface DataReply extends Reply {
  /**
   * Where the bytes go: a direct buffer, page aligned, that the kernel copies the reply from.
   * Position 0 and limit at the most the kernel accepts; what lies before the position when {@link
   * #done} is called is the answer. Fewer bytes than asked for mean the end of the file.
   */
  ByteBuffer buffer();

  /**
   * Answers with what a file has: from the page cache at once, else as soon as the device has
   * delivered, without holding the calling thread. In place of {@link #buffer} and {@link #done}.
   *
   * @param file released when it is no longer needed, whatever happens
   * @param offset in the file, in bytes, not negative
   * @param size as the request asked, in bytes
   */
  void send(BackendFile file, long offset, int size);
}
