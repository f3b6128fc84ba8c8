package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Statx;
import io.ringmount.daemon.cache.Cache;
import io.ringmount.daemon.cache.FileKey;
import io.ringmount.daemon.cache.FileVersion;
import io.ringmount.daemon.cache.Warmth;
import java.util.Optional;

/**
 * Gives open files their copies in the cache, if the mount has one.
 *
 * <p>A copy is used only while nobody has the file open to write through this mount: under the
 * {@link Inode}'s monitor either a reader finds no writer, and the version it then sees is of what
 * all writers before left; or a writer finds what readers have, and ends it before it changes the
 * file.
 */
final class Copies {
  private static final int FILE_FLAGS =
      FileFlags.O_RDONLY | FileFlags.O_NOFOLLOW | FileFlags.O_NONBLOCK | FileFlags.O_NOCTTY;
  private static final int FILE_RESOLVE = FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_SYMLINKS;

  private final InodeTable inodes;

  /** Null without a cache, as is the other. */
  private volatile Cache cache;

  private volatile NextFiles nextFiles;

  Copies(InodeTable inodes) {
    this.inodes = inodes;
  }

  /**
   * @param root descriptor of the source
   */
  void use(Cache newCache, int root) {
    cache = newCache;
    nextFiles = new NextFiles(newCache, this, root);
  }

  /**
   * A file was opened, and nobody knows yet. The caller holds the inode's monitor, and may wait for
   * the backend. If the file gets a copy, the scratch has its attributes.
   */
  void opened(OpenFile file, Scratch scratch) {
    if (cache == null || file.inode().type() != FileFlags.S_IFREG) {
      return;
    }
    if (file.writes()) {
      cache.suspend(key(file.inode()));
    } else {
      read(file, scratch);
      if (file.copy() != null) {
        nextFiles.opened(file);
      }
    }
  }

  /**
   * As {@link #opened}, for a file that was opened before this process served. The caller has a use
   * of it and may not wait: until it is known whether there is a copy, the backend is read.
   */
  void openedEarlier(OpenFile file) {
    Cache used = cache;
    if (used == null || file.writes() || file.inode().type() != FileFlags.S_IFREG) {
      return;
    }
    used.execute(() -> {
      if (file.acquire() >= 0) {
        try {
          synchronized (file.inode()) {
            if (file.copy() == null) {
              read(file, Scratch.get());
            }
          }
        } finally {
          file.release();
        }
      }
    });
  }

  /**
   * A file is about to be written by who may have opened it before this process served, as late as
   * when this process had given out copies.
   */
  void writing(OpenFile file) {
    Cache used = cache;
    if (used != null && file.takeEarlier()) {
      synchronized (file.inode()) {
        used.suspend(key(file.inode()));
      }
    }
  }

  /** The attributes of a file that may be open are told to the kernel. */
  void seen(Inode inode, long statx) {
    Cache used = cache;
    if (used != null && inode.isOpen()) {
      used.seen(key(inode), statx);
    }
  }

  private void read(OpenFile file, Scratch scratch) {
    Inode inode = file.inode();
    int now = FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC;
    long at = scratch.statx;
    if (!inode.isWritten()
        && FileOps.statx(file.descriptor(), FileOps.EMPTY_PATH, now, FileVersion.WANTED, at) >= 0
        && (Statx.mask(at) & FileVersion.WANTED) == FileVersion.WANTED) {
      file.copy(cache.read(key(inode), FileVersion.of(at), file));
    }
  }

  /** The content is about to change, until {@link Inode#removeWriter}. */
  void beginChange(Inode inode) {
    synchronized (inode) {
      inode.addWriter();
      if (cache != null) {
        cache.suspend(key(inode));
      }
    }
  }

  /**
   * Has a file be copied that nobody needs to read. May wait for the backend.
   *
   * @param path relative to the source, without symbolic links
   * @param pin whether the copy is to stay
   */
  Warmth warm(int root, String path, boolean pin) {
    try {
      return onFile(
          root, path, (fd, statx) -> cache.warm(key(statx), FileVersion.of(statx), fd, pin));
    } catch (LinuxException e) {
      return new Warmth(0, 0, false, Errno.describe(e.errno()));
    }
  }

  /**
   * By what the cache knows a file. May wait for the backend.
   *
   * @param path relative to the source, without symbolic links
   * @return empty when there is no such file
   */
  Optional<FileKey> key(int root, String path) {
    try {
      return Optional.of(onFile(root, path, (_, statx) -> key(statx)));
    } catch (LinuxException e) {
      return Optional.empty();
    }
  }

  /** What is done with an open file, given its attributes. */
  private interface FileUse<T> {
    T apply(int fd, long statx);
  }

  private static <T> T onFile(int root, String path, FileUse<T> use) throws LinuxException {
    int fd = FileOps.openBeneath(root, path, FILE_FLAGS, 0, FILE_RESOLVE);
    try {
      Scratch scratch = Scratch.get();
      LinuxException.check(Answers.statx(fd, scratch), "statx", path);
      if (scratch.type() != FileFlags.S_IFREG) {
        throw new LinuxException("open", path, Errno.EINVAL);
      }
      return use.apply(fd, scratch.statx);
    } finally {
      FileOps.close(fd);
    }
  }

  private FileKey key(long statx) {
    return key(Statx.device(statx), Statx.inode(statx));
  }

  private FileKey key(Inode inode) {
    return key(NodeTable.device(inode.record()), inode.number());
  }

  private FileKey key(long device, long number) {
    long own = NodeTable.device(inodes.get(FileSystem.ROOT).record());
    return new FileKey(device == own ? 0 : device, number);
  }
}
