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
}
