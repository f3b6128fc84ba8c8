package io.ringmount.daemon.cli;

import com.google.gson.JsonParseException;
import io.ringmount.channels.FuseMount;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.LiveSettings;
import io.ringmount.daemon.config.MountOptionParser;
import io.ringmount.daemon.config.MountSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What {@code mount} and the daemon say to each other, one line of JSON each. */
final class DaemonMessages {
  /** Longest line either takes. */
  static final int LONGEST = 1 << 20;

  private DaemonMessages() {}

  /**
   * What to mount, for every daemon of the mount.
   *
   * @param options as they were given, by name
   * @param cores those for single CPUs, by number and name
   */
  record Order(
      String source,
      String mountpoint,
      Map<String, String> options,
      Map<Integer, Map<String, String>> cores) {
    static Order of(MountSettings settings) {
      return new Order(
          settings.source().toString(),
          settings.mountpoint().toString(),
          settings.requested().mount().texts(),
          settings.requested().coreTexts());
    }

    /** The same with what has changed since. */
    Order with(LiveSettings live) {
      Map<String, String> changed = new LinkedHashMap<>(options);
      changed.putAll(live.values());
      Map<Integer, Map<String, String>> changedCores = new TreeMap<>(cores);
      live.coreValues()
          .forEach((cpu, values) -> {
            Map<String, String> core = new LinkedHashMap<>(cores.getOrDefault(cpu, Map.of()));
            core.putAll(values);
            changedCores.put(cpu, core);
          });
      return new Order(source, mountpoint, changed, changedCores);
    }

    MountSettings settings() throws InvalidOptionsException {
      return MountSettings.of(
          Path.of(source), Path.of(mountpoint), MountOptionParser.parse(options, cores));
    }
  }

  /**
   * What the daemon came to: it serves, or why not.
   *
   * @param error null when it serves
   * @param unforeseen the error is a fault of the program, and the log says more
   * @param pid of the daemon
   * @param connection number of the FUSE connection
   * @param transport {@code uring} or {@code device}
   * @param transportReason why that one
   * @param recovered requests taken over from another daemon
   * @param resumed those of them that may have been carried out already
   */
  record Report(
      String error,
      boolean unforeseen,
      long pid,
      int connection,
      String transport,
      String transportReason,
      long recovered,
      long resumed) {
    static Report of(FuseMount mount) {
      return new Report(
          null,
          false,
          ProcessHandle.current().pid(),
          mount.connectionId(),
          mount.transport().label(),
          mount.transportReason(),
          mount.recovered(),
          mount.resumed());
    }

    static Report of(Throwable cause) {
      String line =
          cause instanceof CommandFailure
              ? cause.getMessage()
              : CommandFailure.oneLine(CommandFailure.describe(cause));
      boolean foreseen =
          cause instanceof IOException
              || cause instanceof CommandFailure
              || cause instanceof InvalidOptionsException
              || cause instanceof JsonParseException;
      return failure(line, !foreseen);
    }

    static Report failure(String error, boolean unforeseen) {
      return new Report(error, unforeseen, ProcessHandle.current().pid(), -1, null, null, 0, 0);
    }
  }
}
