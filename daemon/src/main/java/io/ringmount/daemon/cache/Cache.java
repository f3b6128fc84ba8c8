package io.ringmount.daemon.cache;

import io.ringmount.channels.BackendFile;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of a mount: finds the copies of files that are read, has them made, and sees to it that
 * they are of the content that the file has.
 *
 * <p>One process at a time fills and evicts, the one that has the directory's lock; a process that
 * is to go on with a mount gets it when the one before lets go of it. Until then it uses the copies
 * that are complete.
 *
 * <p>Methods are for any thread and do not wait for the backend. {@link #read} and {@link #suspend}
 * use the cache's disk.
 */
public final class Cache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cache.class);

  private static final int LOCKS = 256;

  /** Files that were read once, for {@link FillPolicy#SECOND_READ}. */
  private static final int MOST_SEEN = 1 << 16;

  private static final long GLANCE_MILLIS = 50;
  private static final long TRIM_MILLIS = 2_000;
  private static final long LOCK_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** How long nothing is filled after the cache's disk has failed. */
  private static final long TROUBLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CacheOptions options;
  private final CacheDirectory directory;
  private final Index index;
  private final Pace pace = new Pace();
  private final Filler filler;
  private final Intake intake;

  /** The copies in use; one of a key changes, as do its files, under its {@link #lock}. */
  private final Map<FileKey, CachedFile> files = new ConcurrentHashMap<>();

  private final Object[] locks = new Object[LOCKS];
  private final Set<FileKey> seen = Collections.synchronizedSet(newSeen());
  private final ExecutorService workers =
      Executors.newSingleThreadExecutor(
          each -> Thread.ofPlatform().daemon().name("cache-worker").unstarted(each));
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder badCopies = new LongAdder();
  private final LongAdder completed = new LongAdder();

  private volatile boolean fills;

  private volatile boolean left;

  /** Why the cache is not used as it should be; null when it is. */
  private volatile String trouble;

  private volatile long troubleNanos;

  private Cache(CacheOptions options, CacheDirectory directory, boolean local) {
    this.options = options;
    this.directory = directory;
    this.index = new Index(directory, options);
    this.filler = new Filler(this, directory, pace, options, local);
    this.intake = new Intake(this, filler);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  private static Set<FileKey> newSeen() {
    return Collections.newSetFromMap(
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<FileKey, Boolean> eldest) {
            return size() > MOST_SEEN;
          }
        });
  }

  /**
   * Opens the cache of a backend for a new mount.
   *
   * @param backend whose files are copied
   * @param local whether the backend is a local file system, whose files somebody may have mapped
   * @throws IOException the directory cannot be used; says why, and what to do
   */
  public static Cache open(CacheOptions options, Path backend, boolean local) throws IOException {
    CacheDirectory directory = CacheDirectory.open(options.directory(), backend);
    try {
      awaitLock(directory);
    } catch (IOException e) {
      directory.close();
      throw e;
    }
    return new Cache(options, directory, local);
  }

  /** A daemon that was just told to end may still have it. */
  private static void awaitLock(CacheDirectory directory) throws IOException {
    long end = System.nanoTime() + LOCK_NANOS;
    while (!directory.lock()) {
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            "cache_dir "
                + directory.path()
                + " is in use by another mount; each mount needs a directory of its own");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(GLANCE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** As the other, in a process that is to go on with a mount. */
  public static Cache inherit(CacheOptions options, Path backend, boolean local)
      throws IOException {
    return new Cache(options, CacheDirectory.open(options.directory(), backend), local);
  }

  /** This process serves the mount from now on. */
  public void serve() {
    start("cache-upkeep", this::keepUp);
    start("cache-intake", intake);
  }

  private static void start(String name, Runnable action) {
    Thread.ofPlatform().daemon().name(name).start(action);
  }

  /** Gets the lock, learns what is there, then sees to it that the bounds are kept. */
  private void keepUp() {
    try {
      while (!left) {
        long pause = TRIM_MILLIS;
        try {
          if (!directory.lock()) {
            pause = GLANCE_MILLIS;
          } else if (!directory.isIntact()) {
            fills = false;
            trouble("somebody has removed " + directory.path());
            index.clear();
            directory.reopen();
            pause = GLANCE_MILLIS;
          } else if (fills) {
            index.trim(this::mayGo, this::evict);
          } else {
            directory.scan(index::found, () -> !left);
            fills = !left;
          }
        } catch (IOException | RuntimeException e) {
          // Reading a directory fails with an exception of the latter kind.
          trouble(e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(pause);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does what may wait for the backend, on a thread of the cache's; nothing once it is left. */
  public void execute(Runnable action) {
    try {
      workers.execute(action);
    } catch (RejectedExecutionException e) {
      LOG.debug("left before it was known whether there is a copy");
    }
  }

  private Object lock(FileKey key) {
    return locks[Math.floorMod(key.hashCode(), LOCKS)];
  }

  Pace pace() {
    return pace;
  }

  // ---- open files ------------------------------------------------------------------------------

  /**
   * Begins to read a file.
   *
   * @param version that it has now, while nobody has it open to write through this mount
   * @param backend the open file; its uses are given back by the reads that are begun
   * @return to be closed; null: there is no copy, and none is to be made
   */
  public CopyReads read(FileKey key, FileVersion version, BackendFile backend) {
    CachedFile copy = take(key, version, () -> mayBegin(key, backend) ? backend.descriptor() : -1);
    return copy == null ? null : new CopyReads(this, copy, backend);
  }

  private boolean mayBegin(FileKey key, BackendFile backend) {
    boolean wanted =
        switch (options.fill()) {
          case OPEN -> true;
          case SECOND_READ -> !seen.add(key);
          case NEVER -> false;
        };
    // With O_DIRECT it could not be read into any memory.
    return wanted && !backend.readsWait();
  }

  /**
   * Has a file be copied that nobody reads, if it is not.
   *
   * @param version that it has now
   * @param source descriptor of the file, which stays the caller's
   */
  public Warmth warm(FileKey key, FileVersion version, int source) {
    if (version.size() == 0) {
      return new Warmth(0, 0, true, null);
    }
    if (!index.fits(version.size())) {
      return new Warmth(version.size(), 0, false, "is larger than the cache");
    }
    CachedFile copy = take(key, version, () -> source);
    if (copy == null) {
      return new Warmth(version.size(), 0, false, version.isSettled() ? trouble : null);
    }
    try {
      return new Warmth(version.size(), copy.bytesThere(), copy.isUsable(), null);
    } finally {
      close(copy);
    }
  }

  /**
   * The copy of a file, with a use of it; null when there is none.
   *
   * @param source gives a descriptor of the file to fill it from, if there is no copy; below 0: not
   *     to be filled
   */
  private CachedFile take(FileKey key, FileVersion version, IntSupplier source) {
    if (left || version.size() == 0 || BlockMap.isTooLarge(version.size(), options.blockBytes())) {
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
    int fd = mayFill() && version.isSettled() ? source.getAsInt() : -1;
    long own = fd < 0 ? fd : FileOps.dup(fd);
    return own < 0 ? null : CachedFile.toFill(key, version, options.blockBytes(), (int) own);
  }

  private boolean mayFill() {
    return trouble == null || System.nanoTime() - troubleNanos > TROUBLE_NANOS;
  }

  /** Whether this process has the lock and knows what is there. */
  boolean fills() {
    return fills;
  }

  /** Has nobody use the copy of a file that may get another content from now on. */
  public void suspend(FileKey key) {
    CachedFile known = files.get(key);
    if (known != null) {
      // A complete copy is good again if nothing is written after all.
      boolean complete = known.state() == CachedFile.State.CACHED;
      end(known, complete ? CachedFile.State.LEFT : CachedFile.State.STALE);
    }
  }

  /** Ends the use of a copy; what it is no good for any more is removed from the disk. */
  void end(CachedFile copy, CachedFile.State with) {
    synchronized (lock(copy.key())) {
      detach(copy, with);
    }
  }

  /** As {@link #end}, for who may not wait for the cache's disk. */
  private void endLater(CachedFile copy, CachedFile.State with) {
    copy.end(with);
    execute(() -> end(copy, with));
  }

  /**
   * A file was seen to have these attributes.
   *
   * @param statx address of them, size and times among them
   */
  public void seen(FileKey key, long statx) {
    CachedFile known = files.get(key);
    if (known != null && known.isUsable() && !known.version().is(statx)) {
      endLater(known, CachedFile.State.STALE);
    }
  }

  private void detach(CachedFile copy, CachedFile.State with) {
    copy.end(with);
    if (files.remove(copy.key(), copy) && copy.state() != CachedFile.State.LEFT) {
      remove(copy.key());
      index.remove(copy.key());
    }
  }

  /** Gives back a use of a copy. */
  void close(CachedFile copy) {
    copy.release();
    if (copy.isUnused()) {
      files.remove(copy.key(), copy);
    }
  }

  void hit() {
    hits.increment();
  }

  void miss() {
    misses.increment();
  }

  /** A copy could not be read as it should be; the backend is asked instead. */
  void bad(CachedFile copy, long result) {
    badCopies.increment();
    LOG.warn("a copy cannot be read ({}), it is dropped: {}", result, copy.key().path());
    endLater(copy, CachedFile.State.BAD);
  }

  void offer(CachedFile copy, long address, long offset, int length) {
    if (filler.takesReads()) {
      intake.offer(copy, address, offset, length);
    }
  }

  // ---- filling and evicting --------------------------------------------------------------------

  /** Makes room for a copy; false when there is none. */
  boolean reserve(CachedFile copy) throws LinuxException {
    return index.reserve(copy.key(), copy.version().size(), this::mayGo, this::evict);
  }

  private boolean mayGo(FileKey key) {
    return fills && !files.containsKey(key);
  }

  private boolean evict(FileKey key) {
    synchronized (lock(key)) {
      if (files.containsKey(key)) {
        return false;
      }
      remove(key);
      return true;
    }
  }

  /** What cannot be removed is of no version that anybody has: nobody will read it. */
  private void remove(FileKey key) {
    try {
      directory.remove(key);
    } catch (LinuxException e) {
      // It takes room still: what is there has to be looked at again.
      fills = false;
      trouble(e.getMessage());
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
        index.remove(copy.key());
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
      if (!copy.isFilling() || left) {
        return false;
      }
      directory.publish(copy.key());
      copy.complete();
      completed.increment();
      trouble = null;
      return true;
    }
  }

  /** A fill has ended, one way or another. */
  void filled(CachedFile copy) {
    if (copy.isFilling()) {
      end(copy, CachedFile.State.LEFT);
    }
  }

  /** A copy cannot be written. */
  void trouble(CachedFile copy, LinuxException why) {
    if (copy.end(CachedFile.State.BAD)) {
      trouble(why.getMessage());
    }
    end(copy, CachedFile.State.BAD);
  }

  private void trouble(String why) {
    if (left) {
      return; // It may not change files any more.
    }
    troubleNanos = System.nanoTime();
    if (trouble == null) {
      LOG.warn("the cache cannot be used: {}; the backend serves", why);
    }
    trouble = why;
  }

  // ---- the whole -------------------------------------------------------------------------------

  /** What there is and what was done; of this process. */
  public CacheStatus status() {
    return new CacheStatus(
        directory.path().toString(),
        options.capacity(),
        index.used(),
        index.files(),
        hits.sum(),
        misses.sum(),
        completed.sum(),
        filler.filling(),
        filler.fetchedBytes(),
        index.evicted(),
        badCopies.sum(),
        trouble);
  }

  /** Leaves filling and evicting to a successor. Open files go on being read. */
  public void leave() throws InterruptedException {
    stop();
    directory.unlock();
  }

  private void stop() {
    left = true;
    fills = false;
    filler.close();
    intake.close();
    workers.shutdownNow();
  }

  /** Ends all use; no read may be running or come later. */
  @Override
  public void close() {
    stop();
    directory.close();
  }
}
