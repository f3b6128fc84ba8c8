package io.ringmount.watchdog;

import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Rlimit;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts daemons: without input, with the log for whatever they say. */
final class DaemonStarter {
  private final Path log;

  DaemonStarter(Path log) {
    this.log = log;
  }

  /**
   * Starts one. Makes no native call, so that the first can start while this process still does.
   */
  Process start(List<String> command) throws IOException {
    // On SIGQUIT a JVM prints what its threads do to its standard output.
    ProcessBuilder.Redirect toLog = ProcessBuilder.Redirect.appendTo(log.toFile());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(toLog)
            .redirectError(toLog);
    ServiceManagerStore.hideFrom(builder.environment());
    return builder.start();
  }

  /** What a started process needs and does not do itself. */
  static void prepare(Process process) {
    try {
      Rlimit.forbidCoreDumps(process.pid());
    } catch (LinuxException e) {
      Log.warn("process " + process.pid() + " may dump its memory: " + e.getMessage());
    }
  }

  /** The command line of a process that somebody else started. */
  static List<String> commandOf(int pid) throws IOException {
    String line = KernelFile.read(Path.of("/proc/" + pid + "/cmdline"));
    List<String> words = new ArrayList<>(List.of(line.split("\0", -1)));
    words.removeLast();
    return words;
  }
}
