package io.ringmount.daemon.control;

import com.google.gson.JsonParseException;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * What {@code mount.json} says of a mount.
 *
 * @param mountpoint absolute, without links
 * @param source the backend directory
 * @param pid the daemon, or while it starts the command that starts it
 * @param pidStartTicks when that process started: detects that its number is another's now
 * @param connection number of the FUSE connection; -1 before there is one
 * @param version of the daemon
 * @param started ISO-8601
 */
public record MountRecord(
    String mountpoint,
    String source,
    long pid,
    long pidStartTicks,
    int connection,
    String version,
    String started) {
  /** In place of a connection's number. */
  public static final int NOT_MOUNTED_YET = -1;

  public ProcessIdentity process() {
    return new ProcessIdentity(pid, pidStartTicks);
  }

  public MountRecord mountedBy(ProcessIdentity daemon, int newConnection) {
    return new MountRecord(
        mountpoint,
        source,
        daemon.pid(),
        daemon.startTicks(),
        newConnection,
        version,
        Instant.now().toString());
  }

  /**
   * Reads text that may be anything.
   *
   * @throws JsonParseException saying what is wrong
   */
  static MountRecord parse(String text) {
    MountRecord read = Json.parse(text, MountRecord.class);
    require(read.mountpoint != null && read.source != null, "a path is missing");
    require(read.version != null && read.started != null, "version or started is missing");
    require(read.mountpoint.indexOf('\0') < 0 && read.source.indexOf('\0') < 0, "a NUL in a path");
    require(read.mountpoint.startsWith("/"), "the mountpoint is not absolute");
    require(read.pid > 0 && read.connection >= NOT_MOUNTED_YET, "a number is out of range");
    try {
      Instant.parse(read.started);
    } catch (DateTimeParseException e) {
      throw new JsonParseException("started is no time", e);
    }
    return read;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new JsonParseException(otherwise);
    }
  }
}
