package io.ringmount.channels;

/** Who asks, and how the kernel knows the request. Valid until it is answered. */
public interface Request {
  /** The kernel's number of this request, unique in the life of the mount. */
  long unique();

  /** The operation, a constant of {@link io.ringmount.channels.wire.Opcode}. */
  int opcode();

  /** User id that file system permissions are decided by (fsuid) of the caller. */
  int uid();

  /** Group id that file system permissions are decided by (fsgid) of the caller. */
  int gid();

  /**
   * Thread id of the caller; 0 when the kernel itself asks or the caller is in another namespace.
   */
  int pid();

  /**
   * What to do when the caller is killed, or a signal has waited long for this operation to end:
   * usually, to answer with EINTR. Called at most once, from any thread, possibly at once and
   * possibly when the request has just been answered.
   */
  void onInterrupt(Runnable action);
}
