package io.ringmount.daemon.control;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** The run directory of one mount: its record, its control socket and its daemon's log. */
public final class RunDirectory {
  /** More than any record; what is larger is not ours. */
  private static final int LARGEST_RECORD = 64 << 10;

  /** Of a reason that may quote what the file says. */
  private static final int LONGEST_REASON = 200;

  private static final FileAttribute<?> FOR_OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;

  RunDirectory(Path path) {
    this.path = path;
  }

  /** The run directory of a mount that is at {@code path}. */
  public static RunDirectory of(Path path) {
    return new RunDirectory(path);
  }

  public Path path() {
    return path;
  }

  public Path socket() {
    return path.resolve("control.sock");
  }

  /** Where the watchdog listens. */
  public Path watchdogSocket() {
    return path.resolve("watchdog.sock");
  }

  /**
   * Whether a daemon or a watchdog listens here, be it one that this process cannot see, in another
   * namespace. Asks nobody anything.
   */
  boolean hasListener() {
    return isListenedTo(socket()) || isListenedTo(watchdogSocket());
  }

  private static boolean isListenedTo(Path socket) {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // Else a full backlog would be waited for.
      peer.configureBlocking(false);
      peer.connect(UnixDomainSocketAddress.of(socket));
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (IOException otherwise) {
      // A watchdog's socket, for instance, is of another type.
      return true;
    }
  }

  public Path log() {
    return path.resolve("daemon.log");
  }

  /** What the daemon counts, for whoever wants to watch. */
  public Path metrics() {
    return path.resolve("metrics");
  }

  /** What a daemon counts that does not serve yet. */
  public Path metrics(int generation) {
    return path.resolve("metrics." + generation);
  }

  /** Where Java writes why it crashed. */
  public Path crashReport() {
    return path.resolve("crash.log");
  }

  /** Where the log stays when a mount failed for a reason nobody foresaw. */
  public Path failureLog() {
    return path.resolveSibling(path.getFileName() + ".failed.log");
  }

  private Path keptCrashReport() {
    return path.resolveSibling(path.getFileName() + ".crash.log");
  }

  /**
   * Moves what tells of a failure to where it outlives this directory, in place of what an earlier
   * failure left there.
   *
   * @return where it is now; empty when the log says nothing
   */
  List<Path> keepEvidence() throws IOException {
    if (!Files.exists(log()) || Files.size(log()) == 0) {
      return List.of();
    }
    List<Path> kept = new ArrayList<>();
    kept.add(Files.move(log(), failureLog(), StandardCopyOption.REPLACE_EXISTING));
    Files.deleteIfExists(keptCrashReport());
    if (Files.exists(crashReport())) {
      kept.add(Files.move(crashReport(), keptCrashReport()));
    }
    return kept;
  }

  private Path recordFile() {
    return path.resolve("mount.json");
  }

  /** The record; empty when there is none, or none that can be trusted, with a warning. */
  public Optional<MountRecord> record() {
    try {
      Path file = recordFile();
      if (!Owners.isTrusted(path) || !Owners.isTrusted(file)) {
        return distrust("it belongs to another user");
      }
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return distrust("it is not a plain file");
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        bytes = in.readNBytes(LARGEST_RECORD + 1);
      }
      if (bytes.length > LARGEST_RECORD) {
        return distrust("it is too large");
      }
      MountRecord read = MountRecord.parse(new String(bytes, StandardCharsets.UTF_8));
      if (!MountName.escape(read.mountpoint()).equals(path.getFileName().toString())) {
        return distrust("it describes another mount");
      }
      return Optional.of(read);
    } catch (NoSuchFileException | AccessDeniedException notOurs) {
      return Optional.empty();
    } catch (IOException | JsonParseException e) {
      return distrust(e.getMessage());
    }
  }

  private Optional<MountRecord> distrust(String why) {
    String reason = String.valueOf(why).replaceAll("\\p{Cntrl}", " ");
    String shortened = reason.substring(0, Math.min(reason.length(), LONGEST_REASON));
    LoggerFactory.getLogger(RunDirectory.class).warn("ignored {}: {}", recordFile(), shortened);
    return Optional.empty();
  }

  /** Writes the record, whole or not at all. */
  public void write(MountRecord mount) throws IOException {
    Path fresh = path.resolve("mount.json.new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, FOR_OWNER_ONLY);
    Files.writeString(fresh, Json.line(mount) + "\n", StandardOpenOption.WRITE);
    Files.move(fresh, recordFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Makes the empty log file, for the owner only. */
  void createLog() throws IOException {
    Files.createFile(log(), FOR_OWNER_ONLY);
  }

  /** Removes the directory with its files; one that is not there is fine. */
  void delete() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException gone) {
      return;
    }
    Files.deleteIfExists(path);
  }
}
