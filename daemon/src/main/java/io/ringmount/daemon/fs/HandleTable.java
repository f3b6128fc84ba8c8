package io.ringmount.daemon.fs;

import java.util.concurrent.atomic.AtomicLong;
import org.jctools.maps.NonBlockingHashMapLong;

/** The open files, by handle. Handles rise from 1 and are never reused; no method takes a lock. */
final class HandleTable implements AutoCloseable {
  private final AtomicLong nextHandle = new AtomicLong(1);
  private final NonBlockingHashMapLong<OpenFile> files = new NonBlockingHashMapLong<>();

  /** Gives an open file a handle. */
  long add(OpenFile file) {
    long handle = nextHandle.getAndIncrement();
    files.put(handle, file);
    return handle;
  }

  /**
   * The open file of a handle.
   *
   * @return {@link OpenFile#UNKNOWN} if the handle is not known, or not one of this node
   */
  OpenFile get(long handle, long node) {
    OpenFile file = files.get(handle);
    return file == null || file.inode().node() != node ? OpenFile.UNKNOWN : file;
  }

  /** Ends a handle; {@code false} when {@link #get} would not find it. */
  boolean close(long handle, long node) {
    OpenFile file = get(handle, node);
    if (file == OpenFile.UNKNOWN || !files.remove(handle, file)) {
      return false;
    }
    file.release();
    return true;
  }

  /** How many files are open. */
  int size() {
    return files.size();
  }

  /** Closes every file that no operation uses, and the others with their operations. */
  @Override
  public void close() {
    for (long handle : files.keySetLong()) {
      OpenFile file = files.remove(handle);
      if (file != null) {
        file.release();
      }
    }
  }
}
