package io.ringmount.daemon.cache;

import io.ringmount.channels.BackendFile;

/**
 * The reads of one open file: each from the copy, if what is asked for is there, else from the
 * backend, and what comes from there goes into the copy.
 */
public final class CopyReads {
  private final Cache cache;
  private final CachedFile copy;
  private final BackendFile backend;
  private final BackendFile fromCopy = new FromCopy();
  private final BackendFile fromBackend = new FromBackend();

  CopyReads(Cache cache, CachedFile copy, BackendFile backend) {
    this.cache = cache;
    this.copy = copy;
    this.backend = backend;
  }

  /**
   * Where to read from, once.
   *
   * @return in place of the backend's file, which the caller has a use of
   */
  public BackendFile source(long offset, int length) {
    if (copy.has(offset, length) && !cache.hangs()) {
      cache.hit();
      return fromCopy;
    }
    cache.beginMiss();
    return fromBackend;
  }

  /** Whether all of the file is in the copy. */
  public boolean isComplete() {
    return copy.state() == CachedFile.State.CACHED;
  }

  /** Of the copy, as long as this is not closed. */
  public int descriptor() {
    return copy.descriptor();
  }

  /** Notes the number by which the kernel knows the copy, for all who read it. */
  public void backing(int id) {
    copy.backing(id);
  }

  /** Whether the kernel knows the copy by this number. */
  public boolean isBacking(int id) {
    return copy.backing() == id;
  }

  /** The file is closed; reads that run may go on. */
  public void close() {
    cache.close(copy);
  }

  /** Both uses, of the copy and of the backend's file, are the transfer's. */
  private final class FromCopy extends BackendFile {
    @Override
    public int descriptor() {
      return copy.descriptor();
    }

    @Override
    public boolean neverWaits() {
      return false;
    }

    @Override
    public boolean readsWait() {
      return false;
    }

    @Override
    public boolean writesWait() {
      return true;
    }

    @Override
    public void release() {
      backend.release();
    }

    @Override
    protected BackendFile readEnded(long address, long offset, int length, long result) {
      long wanted = Math.clamp(copy.version().size() - offset, 0, length);
      if (result == wanted) {
        return null;
      }
      cache.unreadable(copy, result);
      cache.beginMiss();
      return fromBackend;
    }
  }

  private final class FromBackend extends BackendFile {
    @Override
    public int descriptor() {
      return backend.descriptor();
    }

    @Override
    public boolean neverWaits() {
      return backend.neverWaits();
    }

    @Override
    public boolean readsWait() {
      return backend.readsWait();
    }

    @Override
    public boolean writesWait() {
      return backend.writesWait();
    }

    @Override
    public void release() {
      cache.endMiss();
      backend.release();
    }

    @Override
    protected BackendFile readEnded(long address, long offset, int length, long result) {
      if (result > 0) {
        cache.offer(copy, address, offset, (int) result);
      }
      return null;
    }
  }
}
