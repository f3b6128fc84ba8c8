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
   * The caller's umask, of a request to make a file other than a link. Needed with {@link
   * Feature#CALLERS_UMASK} only.
   */
  int umask();

  /**
   * What to do when the caller is killed, or a signal has waited long for this operation to end:
   * usually, to answer with EINTR. Called at most once, from any thread, possibly at once and
   * possibly when the request has just been answered.
   */
  void onInterrupt(Runnable action);

  /**
   * Whether the request was given up: its caller has been answered, or is about to be, and may have
   * ended, so that {@link #pid} may be another thread's by now. Any thread.
   */
  boolean isGivenUp();

  /** Bytes of the {@link #journal}. */
  int JOURNAL_SIZE = 128;

  /**
   * Memory that stays with the request until it is answered, also when the process that serves it
   * dies and a successor goes on. Its first 8 bytes are zero until the file system writes there.
   *
   * @return address of {@value #JOURNAL_SIZE} bytes, aligned to 64
   */
  long journal();

  /**
   * Whether a process that served the mount before had begun with this request and ended before it
   * answered: it may have been carried out, wholly, in part or not at all. The journal is as that
   * process left it.
   */
  boolean isResumed();
}
