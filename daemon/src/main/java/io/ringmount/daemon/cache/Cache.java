package io.ringmount.daemon.cache;

import io.ringmount.channels.BackendFile;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
 * use the cache's disk, as do those that operators call.
 */
public final class Cache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cache.class);

  /** Files that were read once, for {@link FillPolicy#SECOND_READ}. */
  private static final int MOST_SEEN = 1 << 16;

  private static final String NO_ROOM =
      "is larger than the cache, or what pinned files leave of it";

  private static final long GLANCE_MILLIS = 50;
  private static final long LOCK_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** How long a call to {@link #clean} lasts. */
  private static final long CLEAN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CacheOptions options;
  private final CacheRoot root;
  private final CacheDirectory directory;
  private final Index index;
  private final Readiness readiness = new Readiness();
  private final CacheCounters counters = new CacheCounters();
  private final DiskProbe probe;
  private final CopyTable copies;
  private final Pace pace = new Pace();
  private final Filler filler;
  private final Intake intake;
  private final Scrubber scrubber;

  /** Used by the {@link #workers}. */
  private final Sequences sequences;

  /** As they were last; while the disk hangs, they may be held by who waits for it. */
  private volatile Index.Totals totals = new Index.Totals(0, 0, 0, 0, 0);

  private final Set<FileKey> seen = Collections.synchronizedSet(newSeen());
  private final ExecutorService workers = newThread("cache-worker");

  /** Never waits for the backend. */
  private final ExecutorService janitor = newThread("cache-janitor");

  private Cache(CacheOptions options, CacheRoot root, boolean local) {
    this.options = options;
    this.root = root;
    this.directory = new CacheDirectory(root);
    this.index = new Index(directory, options);
    this.probe = new DiskProbe(root, readiness);
    this.copies = new CopyTable(options, directory, index, readiness, counters, probe, this::tidy);
    this.filler = new Filler(copies, directory, readiness, pace, options, local);
    this.intake = new Intake(copies, filler);
    this.sequences = new Sequences(options.prefetch(), counters);
    this.scrubber = new Scrubber(root, directory, index, copies, readiness, options.blockBytes());
  }

  private static ExecutorService newThread(String name) {
    return Executors.newSingleThreadExecutor(
        each -> Thread.ofPlatform().daemon().name(name).unstarted(each));
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
    CacheRoot root = CacheRoot.open(options.directory(), backend);
    try {
      awaitLock(root);
    } catch (IOException e) {
      root.close();
      throw e;
    }
    return new Cache(options, root, local);
  }

  /** A daemon that was just told to end may still have it. */
  private static void awaitLock(CacheRoot root) throws IOException {
    long end = System.nanoTime() + LOCK_NANOS;
    while (!root.lock()) {
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            "cache_dir "
                + root.path()
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
    return new Cache(options, CacheRoot.open(options.directory(), backend), local);
  }

  /** This process serves the mount from now on. */
  public void serve() {
    start("cache-upkeep", new Upkeep(root, directory, index, copies, readiness));
    start("cache-intake", intake);
    start("cache-scrub", scrubber);
    start("cache-probe", probe);
  }

  private static void start(String name, Runnable action) {
    Thread.ofPlatform().daemon().name(name).start(action);
  }

  /** Does what may wait for the backend, on a thread of the cache's; nothing once it is left. */
  public void execute(Runnable action) {
    execute(workers, action);
  }

  private void tidy(Runnable action) {
    execute(janitor, action);
  }

  private static void execute(ExecutorService thread, Runnable action) {
    try {
      thread.execute(action);
    } catch (RejectedExecutionException e) {
      LOG.debug("not done, as the cache is left");
    }
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
    CachedFile copy =
        copies.take(key, version, () -> mayBegin(key, backend) ? backend.descriptor() : -1, filler);
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
   * A file was opened to be read. To be called by what is {@linkplain #execute executed}.
   *
   * @param path relative to the backend
   * @return the paths of the files that are likely to be opened next, to be {@link #warm}ed
   */
  public List<String> opened(String path) {
    return options.fill() == FillPolicy.OPEN ? sequences.opened(path) : List.of();
  }

  /** Has nobody use the copy of a file that may get another content from now on. */
  public void suspend(FileKey key) {
    copies.suspend(key);
  }

  /**
   * A file was seen to have these attributes.
   *
   * @param statx address of them, size and times among them
   */
  public void seen(FileKey key, long statx) {
    copies.seen(key, statx);
  }

  /** Whether reading from copies may take longer than from the backend. */
  boolean hangs() {
    return probe.hangs();
  }

  void hit() {
    counters.hits.increment();
  }

  /** The backend is read, until {@link #endMiss}. */
  void beginMiss() {
    counters.misses.increment();
    pace.beginRead();
  }

  void endMiss() {
    pace.endRead();
  }

  /** A copy could not be read as it should be; the backend is asked instead. */
  void unreadable(CachedFile copy, long result) {
    copies.unreadable(copy, result);
  }

  void offer(CachedFile copy, long address, long offset, int length) {
    if (filler.takesReads()) {
      intake.offer(copy, address, offset, length);
    }
  }

  void close(CachedFile copy) {
    copies.close(copy);
  }

  // ---- what operators ask for ------------------------------------------------------------------

  /**
   * Has a file be copied that nobody reads, if it is not.
   *
   * @param version that it has now
   * @param source descriptor of the file, which stays the caller's
   * @param pin whether its copy is to stay from now on
   */
  public Warmth warm(FileKey key, FileVersion version, int source, boolean pin) {
    if (!index.fits(key, version.size())) {
      return refused(version, NO_ROOM);
    }
    if (pin && !index.isPinned(key)) {
      if (!readiness.isReady()) {
        return refused(version, readiness.trouble());
      }
      try {
        directory.pin(key, true);
        if (!index.pin(key, version.size())) {
          directory.pin(key, false);
          return refused(version, NO_ROOM);
        }
      } catch (LinuxException e) {
        return refused(version, e.getMessage());
      }
    }
    if (version.size() == 0) {
      return new Warmth(0, 0, true, null);
    }
    CachedFile copy = copies.take(key, version, () -> source, filler);
    if (copy == null) {
      return refused(version, version.isSettled() ? readiness.trouble() : null);
    }
    try {
      return new Warmth(version.size(), copy.bytesThere(), copy.isUsable(), null);
    } finally {
      copies.close(copy);
    }
  }

  private static Warmth refused(FileVersion version, String why) {
    return new Warmth(version.size(), 0, false, why);
  }

  /** The files that are pinned. */
  public List<FileKey> pins() {
    return index.pins();
  }

  /**
   * Has the copies of files be evicted like others.
   *
   * @return how many of them were pinned
   */
  public int unpin(List<FileKey> keys) throws IOException {
    checkReady();
    int count = 0;
    for (FileKey each : keys) {
      if (index.isPinned(each)) {
        directory.pin(each, false);
        index.unpin(each);
        count++;
      }
    }
    return count;
  }

  /** All copies. */
  public List<FileKey> all() {
    return index.keys();
  }

  /**
   * Removes copies, but not those that are pinned.
   *
   * @param keys whose
   */
  public Cleaned clean(List<FileKey> keys) throws IOException {
    return clean(keys, true);
  }

  /** Removes the copies that nobody has used for so many seconds, but not those that are pinned. */
  public Cleaned clean(long seconds) throws IOException {
    return clean(index.unused(Instant.now().getEpochSecond() - seconds), false);
  }

  private void checkReady() throws IOException {
    if (!readiness.isReady()) {
      String why = readiness.trouble();
      throw new IOException(why == null ? "the cache is not ready yet" : why);
    }
  }

  private Cleaned clean(List<FileKey> keys, boolean used) throws IOException {
    checkReady();
    long end = System.nanoTime() + CLEAN_NANOS;
    int files = 0;
    int pinned = 0;
    long bytes = 0;
    for (FileKey each : keys) {
      if (System.nanoTime() - end > 0) {
        return new Cleaned(files, bytes, pinned, true);
      }
      long room = index.bytes(each);
      if (index.isPinned(each)) {
        pinned++;
      } else if (room > 0 && copies.drop(each, used)) {
        files++;
        bytes += room;
      }
    }
    return new Cleaned(files, bytes, pinned, false);
  }

  /** Begins to compare copies to their checksums, in place of what was asked for before. */
  public Verification verify(List<FileKey> keys) throws IOException {
    checkReady();
    return scrubber.begin(keys);
  }

  /** How far it is with that, if it is what was last asked for. */
  public Verification verification(long pass) {
    return scrubber.state(pass);
  }

  // ---- the whole -------------------------------------------------------------------------------

  /** What there is and what was done; of this process. */
  public CacheStatus status() {
    boolean hangs = probe.hangs();
    if (!hangs) {
      totals = index.totals();
    }
    return new CacheStatus(
        root.path().toString(),
        options.capacity(),
        totals.bytes(),
        totals.files(),
        totals.pinned(),
        totals.pinnedBytes(),
        counters.hits.sum(),
        counters.misses.sum(),
        counters.filled.sum(),
        filler.filling(),
        filler.fetchedBytes(),
        counters.guessed.sum(),
        counters.guessedRight.sum(),
        totals.evicted(),
        counters.bad.sum(),
        hangs ? "its disk does not answer" : readiness.trouble());
  }

  /** Leaves filling and evicting to a successor. Open files go on being read. */
  public void leave() throws InterruptedException {
    stop();
    root.unlock();
    // It is not closed: that takes time, and this process ends.
    index.endJournal();
  }

  private void stop() {
    readiness.leave();
    filler.close();
    intake.close();
    workers.shutdownNow();
    janitor.shutdownNow();
  }

  /** Ends all use; no read may be running or come later. */
  @Override
  public void close() {
    stop();
    Journal journal = index.endJournal();
    if (journal != null) {
      journal.close();
    }
    root.close();
  }
}
