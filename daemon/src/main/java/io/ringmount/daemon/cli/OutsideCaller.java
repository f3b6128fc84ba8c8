package io.ringmount.daemon.cli;

import io.ringmount.channels.WakeFile;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a request on each processor, by processes of their own: a thread of this one that waits for
 * its own mount could not die with it.
 */
final class OutsideCaller {
  private static final Logger LOG = LoggerFactory.getLogger(OutsideCaller.class);

  private OutsideCaller() {}

  /** Returns at once; nothing is heard of the requests. */
  static void callFromEverywhere(Path mountpoint) throws IOException {
    String file = mountpoint.resolve(WakeFile.NAME).toString();
    for (int cpu : Cpu.usable()) {
      Thread.ofPlatform().daemon().name("outside-caller").start(() -> call(cpu, file));
    }
  }

  /** A process inherits the processor of the thread that starts it. */
  private static void call(int cpu, String file) {
    try {
      Cpu.pinCurrentThread(cpu);
      new ProcessBuilder("stat", "--cached=never", file)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (LinuxException e) {
      LOG.debug("no request from processor {}: {}", cpu, e.getMessage());
    } catch (IOException e) {
      LOG.warn("requests that waited on processor {} wait for the next: {}", cpu, e.getMessage());
    }
  }
}
