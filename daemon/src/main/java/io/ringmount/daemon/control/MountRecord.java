package io.ringmount.daemon.control;

import com.google.gson.JsonParseException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

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
 * @param watchdog process that outlives the daemons of this mount; 0 for none
 * @param watchdogStartTicks as {@code pidStartTicks}
 */
public record MountRecord(
    String mountpoint,
    String source,
    long pid,
    long pidStartTicks,
    int connection,
    String version,
    String started,
    long watchdog,
    long watchdogStartTicks) {
  /** In place of a connection's number. */
  public static final int NOT_MOUNTED_YET = -1;

  public ProcessIdentity process() {
    return new ProcessIdentity(pid, pidStartTicks);
  }

  /** Empty when the mount has no watchdog. */
  public Optional<ProcessIdentity> watchdogProcess() {
    return watchdog == 0
        ? Optional.empty()
        : Optional.of(new ProcessIdentity(watchdog, watchdogStartTicks));
  }

  /** Whether anybody sees to the mount. */
  public boolean isAttended() {
    return process().isAlive() || watchdogProcess().filter(ProcessIdentity::isAlive).isPresent();
  }

  /** The record of a mount that nobody serves yet. */
  public static MountRecord claimed(
      Path mountpoint, Path source, ProcessIdentity by, String version) {
    return new MountRecord(
        mountpoint.toString(),
        source.toString(),
        by.pid(),
        by.startTicks(),
        NOT_MOUNTED_YET,
        version,
        Instant.now().toString(),
        0,
        0);
  }

  /**
   * @param watchdog empty when there is none
   */
  public MountRecord servedBy(
      ProcessIdentity daemon, Optional<ProcessIdentity> watchdog, String version, int connection) {
    return new MountRecord(
        mountpoint,
        source,
        daemon.pid(),
        daemon.startTicks(),
        connection,
        version,
        Instant.now().toString(),
        watchdog.map(ProcessIdentity::pid).orElse(0L),
        watchdog.map(ProcessIdentity::startTicks).orElse(0L));
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
    require(
        read.pid > 0 && read.watchdog >= 0 && read.connection >= NOT_MOUNTED_YET,
        "a number is out of range");
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
