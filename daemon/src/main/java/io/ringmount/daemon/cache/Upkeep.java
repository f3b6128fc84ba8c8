package io.ringmount.daemon.cache;

import io.ringmount.daemon.cache.CacheDirectory.Finder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Gets the directory's lock, learns what is there, then sees to it that the bounds are kept and
 * that a journal says what is there.
 */
final class Upkeep implements Runnable {
  private static final long GLANCE_MILLIS = 50;
  private static final long TRIM_MILLIS = 2_000;

  /** After a journal that could not be written. */
  private static final long JOURNAL_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** A journal with more records beside two for each copy is replaced by a shorter one. */
  private static final int SPARE_RECORDS = 100_000;

  private final CacheRoot root;
  private final CacheDirectory directory;
  private final Index index;
  private final CopyTable copies;
  private final Readiness readiness;
  private final Journals journals;

  /** The one that is written; null when there is none. */
  private Journal journal;

  private long nextJournal = System.nanoTime();

  /** Journals are read once: after that, this process knows better. */
  private boolean journalsRead;

  Upkeep(
      CacheRoot root,
      CacheDirectory directory,
      Index index,
      CopyTable copies,
      Readiness readiness) {
    this.root = root;
    this.directory = directory;
    this.index = index;
    this.copies = copies;
    this.readiness = readiness;
    this.journals = new Journals(root.path().resolve(CacheRoot.JOURNAL));
  }

  /** Goes on until the cache is left. */
  @Override
  public void run() {
    try {
      while (!readiness.hasLeft()) {
        long pause = TRIM_MILLIS;
        try {
          pause = attend();
        } catch (IOException | RuntimeException | InternalError e) {
          // The last is of a page that the journal could not get. Reading a directory fails with an
          // exception of the latter kind.
          readiness.trouble(e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(pause);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does what is to be done now; returns how long that may last, in milliseconds. */
  private long attend() throws IOException {
    if (!root.lock()) {
      return GLANCE_MILLIS;
    }
    if (!root.isIntact()) {
      readiness.unready();
      readiness.trouble("somebody has removed " + root.path());
      index.clear();
      close(journal);
      journal = null;
      nextJournal = System.nanoTime();
      root.reopen();
      return GLANCE_MILLIS;
    }
    boolean learns = !readiness.isReady();
    long doubts = readiness.doubts();
    if (learns) {
      learn();
    } else {
      copies.trim();
    }
    Predicate<BooleanSupplier> rest = keepJournal();
    if (learns) {
      readiness.ready(doubts);
    }
    if (rest != null && rest.test(() -> !readiness.hasLeft())) {
      root.use(journals::lastIsWhole);
    }
    return TRIM_MILLIS;
  }

  private void learn() throws IOException {
    if (root.isOfEarlierFormat()) {
      root.use(() -> {
        journals.remove();
        root.renewFormat();
      });
    }
    boolean isKnown = !journalsRead && journals.read(index.restore());
    journalsRead = true;
    if (!isKnown) {
      index.forgetPins();
      directory.scan(new Found(), () -> !readiness.hasLeft());
    }
  }

  /**
   * Sees to it that there is a journal, and none that is too long.
   *
   * @return tells a new one of the copies that there are, as {@link Index#journal}; null when there
   *     is no new one
   */
  private Predicate<BooleanSupplier> keepJournal() throws IOException {
    boolean wanted =
        journal == null
            || journal.isBroken()
            || journal.records() > SPARE_RECORDS + 2L * index.totals().files();
    if (!wanted || System.nanoTime() - nextJournal < 0) {
      return null;
    }
    nextJournal = System.nanoTime() + JOURNAL_NANOS;
    Journal last = journal;
    root.use(() -> {
      if (last != null && last.isBroken()) {
        // It says less than there is.
        journals.remove();
      }
      journal = journals.begin();
      if (journal == null) {
        journals.remove();
      }
    });
    if (journal == last) {
      return null; // The cache is left.
    }
    Predicate<BooleanSupplier> rest = index.journal(journal);
    close(last);
    return rest;
  }

  private static void close(Journal journal) {
    if (journal != null) {
      journal.close();
    }
  }

  private final class Found implements Finder {
    @Override
    public void copy(FileKey key, long size, long used) {
      index.found(key, size, used);
    }

    @Override
    public void pin(FileKey key) {
      index.foundPin(key);
    }
  }
}
