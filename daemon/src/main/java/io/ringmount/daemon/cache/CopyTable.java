package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies in use, and the one place where the files of a copy are made, named and removed: under
 * the lock of its key, so that who opens a file finds either the whole copy or none.
 *
 * <p>Methods are for any thread and do not wait for the backend, but most do for the cache's disk.
 */
final class CopyTable {
  private static final Logger LOG = LoggerFactory.getLogger(CopyTable.class);

  private static final int LOCKS = 256;

  private final CacheOptions options;
  private final CacheDirectory directory;
  private final Index index;
  private final Readiness readiness;
  private final CacheCounters counters;
  private final DiskProbe probe;

  /** Does what may wait for the cache's disk. */
  private final Executor later;

  /** The one of a key changes, as do its files, under its {@link #lock}. */
  private final Map<FileKey, CachedFile> files = new ConcurrentHashMap<>();

  private final Object[] locks = new Object[LOCKS];

  CopyTable(
      CacheOptions options,
      CacheDirectory directory,
      Index index,
      Readiness readiness,
      CacheCounters counters,
      DiskProbe probe,
      Executor later) {
    this.options = options;
    this.directory = directory;
    this.index = index;
    this.readiness = readiness;
    this.counters = counters;
    this.probe = probe;
    this.later = later;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  private Object lock(FileKey key) {
    return locks[Math.floorMod(key.hashCode(), LOCKS)];
  }

  // ---- use -------------------------------------------------------------------------------------

  /**
   * The copy of a file, with a use of it; null when there is none, and none is to be made.
   *
   * @param source gives a descriptor of the file to fill it from, if there is no copy; below 0: not
   *     to be filled
   * @param filler fills it
   */
  CachedFile take(FileKey key, FileVersion version, IntSupplier source, Filler filler) {
    if (readiness.hasLeft()
        || probe.hangs()
        || version.size() == 0
        || BlockMap.isTooLarge(version.size(), options.blockBytes())) {
      return null;
    }
    CachedFile copy;
    boolean toFill;
    synchronized (lock(key)) {
      CachedFile known = files.get(key);
      boolean same = known != null && known.version().equals(version);
      if (same && known.isUsable() && known.retain()) {
        copy = known;
        toFill = false;
      } else {
        if (known != null) {
          detach(known, same ? CachedFile.State.LEFT : CachedFile.State.STALE);
        }
        copy = CachedFile.find(directory, key, version, options.blockBytes(), oldest());
        toFill = copy == null;
        if (toFill) {
          copy = begin(key, version, source);
        }
        if (copy == null) {
          return null;
        }
        files.put(key, copy);
      }
    }
    if (copy.state() == CachedFile.State.CACHED) {
      index.use(key, version.size());
    }
    if (toFill && !filler.submit(copy)) {
      end(copy, CachedFile.State.LEFT);
    }
    return copy;
  }

  /** Completed before this, seconds since 1970, a copy is too old. */
  private long oldest() {
    return options.ttl().map(ttl -> Instant.now().getEpochSecond() - ttl.toSeconds()).orElse(0L);
  }

  private CachedFile begin(FileKey key, FileVersion version, IntSupplier source) {
    int fd = readiness.isSound() && version.isSettled() ? source.getAsInt() : -1;
    long own = fd < 0 ? fd : FileOps.dup(fd);
    return own < 0 ? null : CachedFile.toFill(key, version, options.blockBytes(), (int) own);
  }

  /** Gives back a use of a copy. */
  void close(CachedFile copy) {
    copy.release();
    CachedFile.State state = copy.state();
    // Who ended it for one of these reasons still has to remove its files.
    if (copy.isUnused() && state != CachedFile.State.STALE && state != CachedFile.State.BAD) {
      files.remove(copy.key(), copy);
    }
  }

  /** Has nobody use the copy of a file that may get another content from now on. */
  void suspend(FileKey key) {
    CachedFile known = files.get(key);
    if (known != null) {
      // A complete copy is good again if nothing is written after all.
      boolean complete = known.state() == CachedFile.State.CACHED;
      endLater(known, complete ? CachedFile.State.LEFT : CachedFile.State.STALE);
    }
  }

  /** As {@link Cache#seen}. */
  void seen(FileKey key, long statx) {
    CachedFile known = files.get(key);
    if (known != null && known.isUsable() && !known.version().is(statx)) {
      endLater(known, CachedFile.State.STALE);
    }
  }

  /** Ends the use of a copy; what it is no good for any more is removed from the disk. */
  void end(CachedFile copy, CachedFile.State with) {
    synchronized (lock(copy.key())) {
      detach(copy, with);
    }
  }

  /** As {@link #end}, for who may not wait for the cache's disk: it is used no more at once. */
  private void endLater(CachedFile copy, CachedFile.State with) {
    if (copy.end(with)) {
      later.execute(() -> end(copy, with));
    }
  }

  private void detach(CachedFile copy, CachedFile.State with) {
    copy.end(with);
    if (files.remove(copy.key(), copy) && copy.state() != CachedFile.State.LEFT) {
      remove(copy.key());
    }
  }

  /** A copy could not be read as it should be. */
  void unreadable(CachedFile copy, long result) {
    if (copy.end(CachedFile.State.BAD)) {
      counters.bad.increment();
      LOG.warn("a copy cannot be read ({}), it is dropped: {}", result, copy.key().path());
      later.execute(() -> end(copy, CachedFile.State.BAD));
    }
  }

  /** A copy cannot be written. */
  void unwritable(CachedFile copy, LinuxException why) {
    if (copy.end(CachedFile.State.BAD)) {
      readiness.trouble(why.getMessage());
    }
    end(copy, CachedFile.State.BAD);
  }

  // ---- making and removing ---------------------------------------------------------------------

  /** Makes room for a copy; false when there is none. */
  boolean reserve(CachedFile copy) throws LinuxException {
    return index.reserve(copy.key(), copy.version().size(), this::mayGo, this::evict);
  }

  /** Evicts until the bounds are kept again, which others who use the disk may have broken. */
  void trim() throws LinuxException {
    index.trim(this::mayGo, this::evict);
  }

  private boolean mayGo(FileKey key) {
    return readiness.isReady() && !files.containsKey(key);
  }

  private boolean evict(FileKey key) {
    synchronized (lock(key)) {
      if (files.containsKey(key)) {
        return false;
      }
      return removeFiles(key);
    }
  }

  /**
   * Removes the copy of a file.
   *
   * @param used whether also one that is used: who reads it reads from the backend then
   * @return whether it did
   */
  boolean drop(FileKey key, boolean used) {
    synchronized (lock(key)) {
      CachedFile known = files.get(key);
      if (known != null && !used) {
        return false;
      }
      if (known != null) {
        detach(known, CachedFile.State.STALE);
      }
      remove(key);
      return true;
    }
  }

  /** Forgets the copy of a file if somebody has removed it. */
  void forgetIfAbsent(FileKey key) {
    synchronized (lock(key)) {
      if (!files.containsKey(key) && !directory.has(key)) {
        index.remove(key);
      }
    }
  }

  private void remove(FileKey key) {
    if (removeFiles(key)) {
      index.remove(key);
    }
  }

  /**
   * What cannot be removed is of no version that anybody has: nobody will read it.
   *
   * @return whether it is gone
   */
  private boolean removeFiles(FileKey key) {
    try {
      directory.remove(key);
      return true;
    } catch (LinuxException e) {
      // It takes room still: what is there has to be looked at again.
      readiness.unready();
      readiness.trouble(e.getMessage());
      return false;
    }
  }

  /**
   * Makes the file of a copy, unless it has ended meanwhile.
   *
   * @return as {@link CachedFile#make}
   */
  BlockMap make(CachedFile copy) throws LinuxException {
    synchronized (lock(copy.key())) {
      if (copy.isFilling()) {
        return copy.make(directory);
      }
      if (!files.containsKey(copy.key())) {
        // Its room was reserved after it had ended.
        remove(copy.key());
      }
      return null;
    }
  }

  /**
   * Writes down what a copy has, unless it has ended: see {@link CachedFile#writeMap}.
   *
   * @return whether it has not
   */
  boolean note(CachedFile copy, long completed, boolean lasting) throws LinuxException {
    synchronized (lock(copy.key())) {
      if (!copy.isFilling()) {
        return false;
      }
      copy.writeMap(directory, completed, lasting);
      return true;
    }
  }

  /** Gives a copy, all of which is on the disk, its name, if it is still good. */
  boolean publish(CachedFile copy) throws LinuxException {
    synchronized (lock(copy.key())) {
      if (!copy.isFilling() || readiness.hasLeft()) {
        return false;
      }
      directory.publish(copy.key());
      copy.complete();
      counters.filled.increment();
      readiness.works();
      return true;
    }
  }

  /** A fill has ended, one way or another. */
  void filled(CachedFile copy) {
    if (copy.isFilling()) {
      end(copy, CachedFile.State.LEFT);
    }
  }

  // ---- verifying -------------------------------------------------------------------------------

  /**
   * The complete copy of a file, of whatever version, to be verified.
   *
   * @return with a use of it, which only {@link CachedFile#release} gives back; null: there is none
   */
  CachedFile complete(FileKey key) {
    synchronized (lock(key)) {
      return CachedFile.findAny(directory, key, options.blockBytes());
    }
  }

  /**
   * Some blocks of a complete copy are not what they were. They are fetched again when the file is
   * next opened; who has it open reads from the backend.
   *
   * @param copy from {@link #complete}
   */
  void retract(CachedFile copy, BitSet bad) throws LinuxException {
    FileKey key = copy.key();
    synchronized (lock(key)) {
      CachedFile known = files.get(key);
      CachedFile there = CachedFile.findAny(directory, key, options.blockBytes());
      if (there == null) {
        return; // It is gone anyway.
      }
      boolean same = there.isSameFile(copy);
      there.release();
      if (!same) {
        return;
      }
      if (known != null) {
        detach(known, CachedFile.State.LEFT);
      }
      copy.unseal(bad);
      copy.writeMap(directory, 0, true);
      directory.retract(key);
      counters.bad.increment();
    }
  }
}
