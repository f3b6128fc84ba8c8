package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Java process whose memory is to last, and what it leaves. */
@Timeout(60)
class LastingMemoryTest {
  /** SIGKILL and SIGSTOP cannot be blocked. */
  private static final String ALL_BLOCKED = "SigBlk:\tfffffffffffbfeff";

  private static final int MANY_PAGES = 1000;

  private Process process;
  private ProcessHandle memory;

  /** Says which descriptor it got, and goes on. */
  static final class Lasting {
    private Lasting() {}

    public static void main(String[] args) throws IOException {
      System.out.println(LastingMemory.begin());
      System.in.read();
    }
  }

  /** Also the descriptor of the process under test, in this one. */
  private int kept;

  @BeforeEach
  void begin() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    Collections.addAll(command, "-cp", System.getProperty("java.class.path"));
    command.add(Lasting.class.getName());
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader said = process.inputReader();
    int theirs = Integer.parseInt(said.readLine());
    try (PidFd open = PidFd.open(process.pid())) {
      kept = open.getFd(theirs);
    }
    memory = process.children().findFirst().orElseThrow();
  }

  @AfterEach
  void end() {
    process.destroyForcibly();
    memory.destroyForcibly();
    FileOps.close(kept);
  }

  private String ofMemory(String file) throws IOException {
    return KernelFile.read(Path.of("/proc/" + memory.pid() + "/" + file)).strip();
  }

  private long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + memory.pid() + "/fd"))) {
      return all.count();
    }
  }

  private long residentPages() throws IOException {
    return Long.parseLong(ofMemory("statm").split(" ")[1]);
  }

  /** Whoever its parent is by then may not look at once. */
  private void awaitEnd() throws InterruptedException {
    try {
      while (!ofMemory("stat").contains(") Z ")) {
        Thread.sleep(1);
      }
    } catch (IOException gone) {
      assertTrue(Files.notExists(Path.of("/proc/" + memory.pid())), gone::toString);
    }
  }

  @Test
  void waitsWithoutDescriptorsAndSignals() throws Exception {
    assertEquals(LastingMemory.NAME, ofMemory("comm"));
    while (descriptors() > 1) {
      Thread.sleep(1);
    }
    assertTrue(ofMemory("status").contains(ALL_BLOCKED), ofMemory("status"));
    memory.destroy();
    Thread.sleep(50);
    assertTrue(residentPages() > MANY_PAGES);
    assertTrue(process.isAlive());
  }

  @Test
  void memoryLastsUntilTheLastDescriptorIsClosed() throws Exception {
    process.destroyForcibly();
    process.waitFor();
    assertTrue(residentPages() > MANY_PAGES);
    FileOps.close(kept);
    kept = -1;
    awaitEnd();
  }

  @Test
  void doesNotBeginWhereDescriptorsCannotBeClosed() throws Exception {
    long before = ProcessHandle.current().children().count();
    SyscallFaults.Judge refuses = (first, second, third) -> Errno.ENOSYS;
    try (SyscallFaults faults =
        new SyscallFaults(SyscallNumber.CLOSE_RANGE, SyscallFaults.ANY, refuses)) {
      LinuxException refused =
          assertThrows(LinuxException.class, () -> faults.run(LastingMemory::begin));
      assertEquals(Errno.ENOSYS, refused.errno());
    }
    assertEquals(before, ProcessHandle.current().children().count());
  }

  @Test
  void endsWithTheProcessWhenNobodyElseHasADescriptor() throws Exception {
    FileOps.close(kept);
    kept = -1;
    process.getOutputStream().close();
    assertEquals(0, process.waitFor());
    awaitEnd();
  }
}
