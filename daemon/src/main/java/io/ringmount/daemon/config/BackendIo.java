package io.ringmount.daemon.config;

/** Where operations on the backend run. */
public enum BackendIo {
  /** As the backend's file system type suggests. */
  AUTO,
  /** On the channel's thread: for backends that never block for long. */
  INLINE,
  /** Away from the channel's thread: a slow request holds up no other. */
  ASYNC
}
