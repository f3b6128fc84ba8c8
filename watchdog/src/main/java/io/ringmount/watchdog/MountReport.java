package io.ringmount.watchdog;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.ProcessControl;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Standard output, on which the {@code mount} command waits for one line. */
final class MountReport {
  private static final int STANDARD_OUTPUT = 1;

  private boolean done;

  /** Passes on the line, once, and lets go; false when nobody waits for it. */
  boolean pass(String line) {
    if (done) {
      return true;
    }
    done = true;
    try {
      // Not closed: that would close descriptor 1 for good.
      @SuppressWarnings("resource")
      FileOutputStream out = new FileOutputStream(FileDescriptor.out);
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      Log.warn("nobody waits for the mount: " + e.getMessage());
      return false;
    } finally {
      letGo();
    }
  }

  private static void letGo() {
    try {
      ProcessControl.redirectToNull(STANDARD_OUTPUT);
    } catch (LinuxException e) {
      Log.warn("keeps its standard output: " + e.getMessage());
    }
  }
}
