package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Statx;

/**
 * The journal of the request that a thread serves: what the operation is about to do, for a
 * successor that finds the request unanswered. See {@link JournalLayout}.
 *
 * <p>An operation {@link #begin begins}, acts, and notes the {@link #outcome}. Who resumes it finds
 * what the first one wrote: nothing of it is written twice but the outcome and the handle.
 */
final class Journal {
  static final int UNKNOWN = 0;
  static final int DONE = 1;

  /** Of CREATE: done, and the file had been there before. */
  static final int EXISTED = 2;

  private long memory;
  private boolean resumed;

  /** Turns to the journal of a request. */
  Journal of(Request request) {
    memory = request.journal();
    resumed = request.isResumed();
    return this;
  }

  /**
   * Says what the operation is about to do, unless a predecessor did; its details are written
   * before.
   *
   * @return whether a predecessor did: then it may have been carried out
   */
  boolean begin(int kind) {
    if (isBegun(kind)) {
      return true;
    }
    Memory.putLong(memory + JournalLayout.OUTCOME, UNKNOWN);
    Memory.putLong(memory + JournalLayout.HANDLE, 0);
    Memory.putLongRelease(memory + JournalLayout.KIND, kind);
    return false;
  }

  /** Whether a predecessor said that it is about to do this. */
  boolean isBegun(int kind) {
    return resumed && Memory.getLongAcquire(memory + JournalLayout.KIND) == kind;
  }

  /** Notes how the system call ended; returns that. */
  long outcome(long result) {
    return outcome(result, DONE);
  }

  /** As the other, with what success means. */
  long outcome(long result, int success) {
    Memory.putLongRelease(memory + JournalLayout.OUTCOME, result < 0 ? result : success);
    return result;
  }

  /** How the system call ended; {@link #UNKNOWN} when nobody noted it. */
  long outcome() {
    return Memory.getLongAcquire(memory + JournalLayout.OUTCOME);
  }

  /**
   * Before {@link #begin}: what the operation removes or renames; nothing if {@code statx} is 0.
   */
  void subject(long statx) {
    Memory.putLong(memory + JournalLayout.DEVICE, statx == 0 ? 0 : Statx.device(statx));
    Memory.putLong(memory + JournalLayout.INODE, statx == 0 ? 0 : Statx.inode(statx));
  }

  /** Whether the file with these attributes is what the operation removes or renames. */
  boolean isSubject(long statx) {
    return Memory.getLong(memory + JournalLayout.INODE) == Statx.inode(statx)
        && Memory.getLong(memory + JournalLayout.DEVICE) == Statx.device(statx);
  }

  /** Before {@link #begin}. */
  void size(long bytes) {
    Memory.putLong(memory + JournalLayout.SIZE, bytes);
  }

  long size() {
    return Memory.getLong(memory + JournalLayout.SIZE);
  }

  /** Before {@link #begin}: files that the operation makes are not older than this moment. */
  void now() {
    Memory.putLong(memory + JournalLayout.TIME, System.currentTimeMillis());
  }

  /** When the operation began, in milliseconds since 1970. */
  long time() {
    return Memory.getLong(memory + JournalLayout.TIME);
  }

  void handle(long number) {
    Memory.putLongRelease(memory + JournalLayout.HANDLE, number);
  }

  /** The handle that was given out or about to be; 0 when it had not come to that. */
  long handle() {
    return Memory.getLongAcquire(memory + JournalLayout.HANDLE);
  }
}
