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
  SIGKILL(false, PidFd.SIGKILL, ""),
  SIGSEGV(false, 11, ""),
  OUT_OF_MEMORY(false, 0, FaultAgent.FILL_HEAP),
  EXIT(false, 0, FaultAgent.EXIT),
  /** All threads stand still. */
  SIGSTOP(true, 19, ""),
  /** A channel's thread runs, for ever. */
  ENDLESS_LOOP(true, 0, FaultAgent.LOOP);

  private final boolean hangs;
  private final int signal;
  private final String fault;

  DaemonEnd(boolean hangs, int signal, String fault) {
    this.hangs = hangs;
    this.signal = signal;
    this.fault = fault;
  }

  /** Whether the process is still there, and has to be found out. */
  boolean hangs() {
    return hangs;
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
      if (hangs) {
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
