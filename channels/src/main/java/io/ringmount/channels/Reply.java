package io.ringmount.channels;

/**
 * The answer to one request. A file system fills what the kind of reply asks for and then calls
 * either {@link #done} or {@link #error}, exactly once, at once or later and from any thread. After
 * that the request, its names and its buffers belong to the channel again and must not be touched.
 *
 * <p>A second answer is refused with IllegalStateException only while the slot is still unused;
 * later it would answer another request. A file system with two ways to an answer, such as a result
 * and a time limit, must decide between them itself.
 */
public interface Reply {
  /** Answers with success and with what has been filled in. */
  void done();

  /**
   * Answers with failure.
   *
   * @param errno positive error number, see {@link io.ringmount.channels.linux.Errno}; the kernel
   *     knows 1 to 511, anything else is sent as EIO
   */
  void error(int errno);
}
