package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One comparison of copies to their checksums. It reads the disk and not the page cache, which it
 * leaves as it is. One thread runs it, any may ask how far it is.
 */
final class ScrubPass {
  private static final Logger LOG = LoggerFactory.getLogger(ScrubPass.class);

  private static final int FROM_DISK =
      FileFlags.O_RDONLY | FileFlags.O_DIRECT | FileFlags.O_NOATIME;

  private final long number;
  private final List<FileKey> keys;
  private final CacheDirectory directory;
  private final CopyTable copies;
  private final Readiness readiness;

  /** Guarded by this, as are all that follow. */
  private int files;

  private long bytes;
  private long badBlocks;
  private boolean running = true;

  /**
   * @param number for {@link Verification}
   * @param keys whose copies are compared, if they have one
   */
  ScrubPass(
      long number,
      List<FileKey> keys,
      CacheDirectory directory,
      CopyTable copies,
      Readiness readiness) {
    this.number = number;
    this.keys = keys;
    this.directory = directory;
    this.copies = copies;
    this.readiness = readiness;
  }

  long number() {
    return number;
  }

  synchronized Verification state() {
    return new Verification(number, running, files, keys.size(), bytes, badBlocks);
  }

  /**
   * Compares.
   *
   * @param blockBytes of a block
   * @param goesOn asked after each block; when false, the pass ends early
   * @return whether it came to the end
   */
  boolean run(int blockBytes, BooleanSupplier goesOn) {
    ByteBuffer room =
        ByteBuffer.allocateDirect(blockBytes + BlockMap.PAGE).alignedSlice(BlockMap.PAGE);
    boolean wanted = true;
    try {
      for (int i = 0; i < keys.size() && wanted; i++) {
        wanted = readiness.isReady() && look(keys.get(i), room, goesOn);
      }
      return wanted;
    } finally {
      synchronized (this) {
        running = false;
      }
    }
  }

  private boolean look(FileKey key, ByteBuffer room, BooleanSupplier goesOn) {
    CachedFile copy = copies.complete(key);
    boolean wanted;
    if (copy == null) {
      copies.forgetIfAbsent(key);
      wanted = goesOn.getAsBoolean();
    } else {
      wanted = compare(copy, room, goesOn);
    }
    synchronized (this) {
      files++;
    }
    return wanted;
  }

  private boolean compare(CachedFile copy, ByteBuffer room, BooleanSupplier goesOn) {
    int disk = directory.open(copy.key(), CacheDirectory.DATA, FROM_DISK, copy.version().size());
    try {
      BitSet bad = new BitSet();
      boolean wanted = true;
      for (int block = 0; block < copy.blocks() && wanted; block++) {
        // Some file systems know no O_DIRECT.
        boolean good = copy.isGood(block, disk < 0 ? copy.descriptor() : disk, room);
        bad.set(block, !good);
        synchronized (this) {
          bytes += copy.length(block);
          badBlocks += good ? 0 : 1;
        }
        wanted = goesOn.getAsBoolean();
      }
      if (!bad.isEmpty()) {
        retract(copy, bad);
      }
      return wanted;
    } finally {
      if (disk >= 0) {
        FileOps.close(disk);
      }
      copy.release();
    }
  }

  private void retract(CachedFile copy, BitSet bad) {
    LOG.warn(
        "{} of the {} blocks of a copy are damaged and will be fetched again: {}",
        bad.cardinality(),
        copy.blocks(),
        copy.key().path());
    try {
      copies.retract(copy, bad);
    } catch (LinuxException e) {
      readiness.trouble(e.getMessage());
    }
  }
}
