package io.ringmount.channels;

/** Answers when data is stable. */
public interface SyncReply extends Reply {
  /**
   * Answers when the device has stored what was written, without holding the calling thread. In
   * place of {@link #done}.
   *
   * @param file released when it is no longer needed, whatever happens
   * @param dataOnly as fdatasync(2)
   */
  void sync(BackendFile file, boolean dataOnly);
}
