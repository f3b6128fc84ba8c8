package io.ringmount.daemon.cli;

import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountOptionParser;
import io.ringmount.daemon.config.MountSettings;
import java.nio.file.Path;
import java.util.Map;

/** What {@code mount} and the daemon it starts say to each other, one line of JSON each. */
final class DaemonMessages {
  /** Longest line either takes. */
  static final int LONGEST = 1 << 20;

  private DaemonMessages() {}

  /**
   * On the daemon's standard input: what to mount.
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

    MountSettings settings() throws InvalidOptionsException {
      return MountSettings.of(
          Path.of(source), Path.of(mountpoint), MountOptionParser.parse(options, cores));
    }
  }

  /**
   * On the daemon's standard output, once: it serves, or why not.
   *
   * @param error null when it serves
   * @param unforeseen the error is a fault of the program, and the log says more
   * @param connection number of the FUSE connection
   * @param transport {@code uring} or {@code device}
   * @param transportReason why that one
   */
  record Report(
      String error, boolean unforeseen, int connection, String transport, String transportReason) {
    static Report failure(String error, boolean unforeseen) {
      return new Report(error, unforeseen, -1, null, null);
    }
  }
}
