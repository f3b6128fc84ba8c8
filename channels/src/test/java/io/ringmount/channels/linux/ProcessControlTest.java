package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What would change the test's own process for good is tried in a child. Covers {@link Rlimit}. */
@Timeout(60)
class ProcessControlTest {
  private static final int LOW_SOFT = 256;
  private static final int LOW_HARD = 512;

  @TempDir Path directory;

  /** Run in a process of its own. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      if (arguments[0].equals("setsid")) {
        System.out.println(ProcessControl.setsid());
        try {
          ProcessControl.setsid();
        } catch (LinuxException again) {
          System.out.println(again.getMessage());
        }
      } else {
        System.out.println(Rlimit.openFiles());
        System.out.println(Rlimit.raiseOpenFiles());
        System.out.println(Rlimit.openFiles());
      }
    }
  }

  private List<String> child(String shell, String argument) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path output = directory.resolve("out");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                shell + " exec \"$@\"",
                "sh",
                java,
                "-XX:TieredStopAtLevel=1",
                "-XX:-MaxFDLimit",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                Child.class.getName(),
                argument)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(40, TimeUnit.SECONDS));
      List<String> lines = Files.readAllLines(output);
      assertEquals(0, process.exitValue(), lines::toString);
      return concat(lines, process.pid());
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> concat(List<String> lines, long pid) {
    return Stream.concat(Stream.of(Long.toString(pid)), lines.stream()).toList();
  }

  @Test
  void processLeadsItsNewSessionOnce() throws Exception {
    List<String> lines = child("", "setsid");
    assertEquals(lines.get(0), lines.get(1));
    assertEquals("setsid: EPERM (operation not permitted)", lines.get(2));
  }

  @Test
  void limitIsRaisedAsFarAsAllowed() throws Exception {
    String shell = "ulimit -Sn " + LOW_SOFT + " && ulimit -Hn " + LOW_HARD + " &&";
    List<String> lines = child(shell, "limit");
    long most = KernelFile.readNumber(Path.of("/proc/sys/fs/nr_open"));
    boolean maySetAny =
        Credentials.has(Files.readString(Path.of("/proc/self/status")), 24); // CAP_SYS_RESOURCE
    long expected = maySetAny ? most : LOW_HARD;
    assertEquals(
        List.of(Integer.toString(LOW_SOFT), Long.toString(expected), Long.toString(expected)),
        lines.subList(1, 4));
  }

  @Test
  void umaskAppliesAndComesBack() throws IOException {
    int before = ProcessControl.setUmask(077);
    try (Arena arena = Arena.ofConfined()) {
      long name = NativeString.address(arena, directory.resolve("d"));
      assertEquals(0, FileOps.mkdirat(FileFlags.AT_FDCWD, name, 0777));
      assertEquals(0700, (int) Files.getAttribute(directory.resolve("d"), "unix:mode") & 0777);
    } finally {
      assertEquals(077, ProcessControl.setUmask(before));
    }
  }

  @Test
  void threadThatSharesNoUmaskLeavesThatOfOthersAlone() throws Exception {
    AtomicLong result = new AtomicLong(-1);
    int before = ProcessControl.setUmask(022);
    try {
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                long unshared = ProcessControl.unshareUmask();
                result.set(unshared < 0 ? unshared : ProcessControl.setUmask(077));
              });
      other.join();
      assertEquals(022, result.get(), "what the thread shared until then");
    } finally {
      assertEquals(022, ProcessControl.setUmask(before));
    }
  }

  @Test
  void threadNameIsSeenByTheKernel() throws IOException {
    Path name = Path.of("/proc/thread-self/comm");
    String before = Files.readString(name).strip();
    try {
      ProcessControl.nameThread("ringmount-test-long");
      assertEquals("ringmount-test-", Files.readString(name).strip());
    } finally {
      ProcessControl.nameThread(before);
    }
  }
}
