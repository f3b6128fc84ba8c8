package io.ringmount.daemon.cli;

import io.ringmount.upgrade.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.IVersionProvider;

/** Which build this is, from the distribution's {@code VERSION} file. */
final class Version implements IVersionProvider {
  private static final String UNKNOWN = "development";
  private static final int LONGEST = 100;

  static String current() {
    String home = System.getProperty(Distribution.HOME);
    if (home == null) {
      return UNKNOWN;
    }
    try {
      String text = CommandFailure.oneLine(Files.readString(Path.of(home, "VERSION")));
      return text.substring(0, Math.min(text.length(), LONGEST));
    } catch (IOException noDistribution) {
      return UNKNOWN;
    }
  }

  @Override
  public String[] getVersion() {
    return new String[] {"ringmount " + current(), "Java " + Runtime.version()};
  }
}
