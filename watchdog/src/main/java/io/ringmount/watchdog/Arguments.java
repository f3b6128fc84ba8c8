package io.ringmount.watchdog;

import io.ringmount.upgrade.WatchdogStarter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The command line, as {@link WatchdogStarter} draws it.
 *
 * @param mountName for {@code ps}
 * @param standby keep a second daemon ready
 * @param adopt a daemon serves already, and will connect
 * @param daemonCommand empty when adopting
 */
record Arguments(
    String mountName,
    Path socket,
    Path log,
    boolean standby,
    boolean adopt,
    List<String> daemonCommand) {
  private static final int FIXED = 3;

  /**
   * @throws IllegalArgumentException when the line is not complete
   */
  static Arguments parse(String... words) {
    List<String> all = Arrays.asList(words);
    int daemon = all.indexOf(WatchdogStarter.DAEMON);
    List<String> own = daemon < 0 ? all : all.subList(0, daemon);
    List<String> command = daemon < 0 ? List.of() : all.subList(daemon + 1, all.size());
    if (own.size() < FIXED) {
      throw new IllegalArgumentException("needs a name, a socket and a log");
    }
    List<String> options = own.subList(FIXED, own.size());
    boolean adopt = options.contains(WatchdogStarter.ADOPT);
    if (!adopt && command.isEmpty()) {
      throw new IllegalArgumentException("needs the daemon's command line");
    }
    return new Arguments(
        own.get(0),
        Path.of(own.get(1)),
        Path.of(own.get(2)),
        options.contains(WatchdogStarter.STANDBY),
        adopt,
        List.copyOf(command));
  }

  /** The lock that at most one watchdog of a mount has. */
  Path lock() {
    return socket.resolveSibling("watchdog.lock");
  }
}
