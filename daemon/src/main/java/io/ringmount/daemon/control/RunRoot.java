package io.ringmount.daemon.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The directory that has one {@link RunDirectory} for each mount, {@code /run/ringmount}. A lock
 * file makes taking and clearing entries one step each; it is held for moments only.
 */
public final class RunRoot {
  /** Names another directory; for tests. */
  public static final String VARIABLE = "RINGMOUNT_RUN_DIR";

  private static final Path STANDARD = Path.of("/run/ringmount");

  /** File locks are the process's; threads need one of their own. */
  private static final ReentrantLock THREADS = new ReentrantLock();

  private final Path path;

  public RunRoot(Path path) {
    this.path = path.toAbsolutePath();
  }

  public static RunRoot standard() {
    String other = System.getenv(VARIABLE);
    return new RunRoot(other == null || other.isEmpty() ? STANDARD : Path.of(other));
  }

  public Path path() {
    return path;
  }

  /** The entry of a mount point; it need not exist. */
  public RunDirectory at(Path mountpoint) {
    return at(mountpoint.toString());
  }

  /** As {@link #at(Path)}, for a name that may be no path in this process's locale. */
  public RunDirectory at(String mountpoint) {
    return new RunDirectory(path.resolve(MountName.escape(mountpoint)));
  }

  /** All entries there are; none where this user may not look. */
  public List<RunDirectory> list() {
    List<RunDirectory> entries = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
      for (Path child : children) {
        if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          entries.add(new RunDirectory(child));
        }
      }
    } catch (IOException | DirectoryIteratorException none) {
      return entries;
    }
    entries.sort((a, b) -> a.path().compareTo(b.path()));
    return entries;
  }

  /**
   * Takes the entry of a mount point for a mount that is about to be made by this process.
   *
   * @return the new entry with its record, or empty when a living process has it
   */
  public Optional<RunDirectory> claim(Path mountpoint, Path source, String version)
      throws IOException {
    RunDirectory entry = at(mountpoint);
    makeRoot();
    try (Locked _ = lock()) {
      if (entry.record().filter(MountRecord::isAttended).isPresent()) {
        return Optional.empty();
      }
      entry.keepEvidence();
      entry.delete();
      Files.createDirectory(
          entry.path(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      ProcessIdentity self = ProcessIdentity.current();
      entry.createLog();
      entry.write(MountRecord.claimed(mountpoint, source, self, version));
      return Optional.of(entry);
    }
  }

  /** Removes an entry unless it belongs to a living process other than {@code owner}. */
  public void release(RunDirectory entry, ProcessIdentity owner) throws IOException {
    if (!Files.exists(entry.path(), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Locked _ = lock()) {
      Optional<MountRecord> there = entry.record();
      boolean others =
          there.isPresent()
              && !there.get().process().equals(owner)
              && there.get().process().isAlive();
      if (!others) {
        entry.delete();
      }
    }
  }

  /**
   * Removes what a daemon left that died without releasing its entry; a living one keeps it.
   *
   * @return where the files are that tell why it died
   */
  public List<Path> clear(RunDirectory entry) throws IOException {
    if (!Files.exists(entry.path(), LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Locked _ = lock()) {
      if (entry.record().filter(MountRecord::isAttended).isPresent()) {
        return List.of();
      }
      List<Path> kept = entry.keepEvidence();
      entry.delete();
      return kept;
    }
  }

  /** Undoes a mount. */
  @FunctionalInterface
  public interface Undoing {
    /** Does it, or returns false when the mount must stay. */
    boolean undo() throws IOException;
  }

  /**
   * As {@link #clear(RunDirectory)}, of a mount that is undone first. Nobody takes or clears an
   * entry meanwhile, so the number of the mount's connection is no later mount's.
   *
   * @return empty when the mount stays, and with it the entry
   */
  public Optional<List<Path>> clear(RunDirectory entry, Undoing undoing) throws IOException {
    try (Locked _ = lock()) {
      if (!undoing.undo()) {
        return Optional.empty();
      }
      List<Path> kept = entry.keepEvidence();
      entry.delete();
      return Optional.of(kept);
    }
  }

  /** Keeps the daemon's log of a mount that failed until another one fails, and says where. */
  public Path keepLog(RunDirectory entry) throws IOException {
    entry.keepEvidence();
    return entry.failureLog();
  }

  /** Makes the directory; others may see it and the names in it, not the contents. */
  private void makeRoot() throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    if (!Owners.isTrusted(path)) {
      throw new IOException(path + " belongs to another user; remove it");
    }
  }

  private Locked lock() throws IOException {
    THREADS.lock();
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path.resolveSibling(path.getFileName() + ".lock"),
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileLock lock = channel.lock();
      return new Locked(lock);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      THREADS.unlock();
      throw e;
    }
  }

  private record Locked(FileLock lock) implements Closeable {
    @Override
    public void close() throws IOException {
      try {
        lock.acquiredBy().close();
      } finally {
        THREADS.unlock();
      }
    }
  }
}
