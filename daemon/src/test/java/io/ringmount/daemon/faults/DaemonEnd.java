package io.ringmount.daemon.faults;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The ways in which a daemon stops to serve. */
enum DaemonEnd {
  SIGKILL("has ended: signal 9", PidFd.SIGKILL, ""),
  /** Java makes it an abort. */
  SIGSEGV("has ended: signal 6", 11, ""),
  OUT_OF_MEMORY("has ended: exit code 3", 0, FaultAgent.FILL_HEAP),
  EXIT("has ended: exit code 0", 0, FaultAgent.EXIT),
  /** All threads stand still. */
  SIGSTOP("it is stopped", 19, ""),
  /** A channel's thread runs, for ever. */
  ENDLESS_LOOP("it runs and runs", 0, FaultAgent.LOOP);

  private final String trace;
  private final int signal;
  private final String fault;

  DaemonEnd(String trace, int signal, String fault) {
    this.trace = trace;
    this.signal = signal;
    this.fault = fault;
  }

  /** Whether the process is still there, and has to be found out. */
  boolean hangs() {
    return this == SIGSTOP || this == ENDLESS_LOOP;
  }

  /** Whether the watchdog's log tells of this end. */
  boolean isIn(String log) {
    return log.lines().anyMatch(each -> each.contains("daemon 1 ") && each.contains(trace));
  }

  /**
   * Brings a daemon to this end.
   *
   * @param work where a file can be put
   */
  void bringTo(long daemon, Path work) throws Exception {
    if (fault.isEmpty()) {
      signal(daemon);
    } else {
      load(daemon, agent(work.resolve("agent.jar")));
    }
  }

  private void signal(long daemon) throws LinuxException {
    try (PidFd process = PidFd.open(daemon)) {
      process.sendSignal(signal);
    }
  }

  private void load(long daemon, Path agent)
      throws AttachNotSupportedException,
          AgentLoadException,
          AgentInitializationException,
          IOException {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(daemon));
    try {
      machine.loadAgent(agent.toString(), fault);
      machine.detach();
    } catch (IOException ended) {
      if (hangs()) {
        throw ended;
      }
    }
  }

  private static Path agent(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(new Attributes.Name("Agent-Class"), FaultAgent.class.getName());
    attributes.put(new Attributes.Name("Can-Retransform-Classes"), "true");
    Path classes = Path.of(FaultAgent.class.getName().replace('.', '/')).getParent();
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (String each :
          new String[] {"FaultAgent", "FaultAgent$Loop", "FaultAgent$Loop$CallFirst"}) {
        String name = each + ".class";
        out.putNextEntry(new JarEntry(classes + "/" + name));
        try (InputStream in = FaultAgent.class.getResourceAsStream(name)) {
          in.transferTo(out);
        }
      }
    }
    return jar;
  }
}
