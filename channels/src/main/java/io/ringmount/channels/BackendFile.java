package io.ringmount.channels;

/**
 * An open file of a backend that data is moved from and to while a request lasts. Its owner keeps
 * the descriptor open until {@link #release}, which is called once for each transfer, by any
 * thread.
 */
public abstract class BackendFile {
  /** Whether the backend can say beforehand that a read would wait; found out by trying. */
  private volatile boolean tellsWaiting = true;

  /** Good until {@link #release}. */
  public abstract int descriptor();

  /** Whether nothing but memory is behind the file, as on tmpfs. */
  public abstract boolean neverWaits();

  /** Whether every read waits for the device, as with O_DIRECT. */
  public abstract boolean readsWait();

  /** Whether every write waits for the device, as with O_SYNC. */
  public abstract boolean writesWait();

  /** The transfer no longer needs the descriptor. */
  public abstract void release();

  /**
   * A read has come to its end, and nobody knows of it yet.
   *
   * @param address of the bytes read, in memory that is the transfer's: to be looked at, not kept
   * @param offset in the file
   * @param length bytes asked for
   * @param result bytes read, fewer than {@code length} only where the file ends; or {@code -errno}
   * @return null: the request is answered with this; else the file to read all of it from instead,
   *     which is released in place of this one
   */
  protected BackendFile readEnded(long address, long offset, int length, long result) {
    return null;
  }

  final boolean tellsWaiting() {
    return tellsWaiting;
  }

  final void cannotTellWaiting() {
    tellsWaiting = false;
  }
}
