package io.ringmount.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
  private static final List<String> RUNNING =
      List.of(
          "/java/bin/java",
          "@/old/jvm.options",
          "-Dringmount.home=/old",
          "-XX:ErrorFile=/run/m/crash.log",
          "-cp",
          "/old/lib/*",
          "Main",
          "serve",
          "-cp");

  @TempDir Path home;

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectory(home.resolve("lib"));
    Files.createFile(home.resolve("lib/daemon-2.0.jar"));
    Files.createFile(home.resolve("lib/some.jar"));
    Files.writeString(home.resolve("VERSION"), "2.0 abc\n");
    Files.writeString(home.resolve("STATE_VERSION"), "7\n");
    Files.writeString(home.resolve("jvm.options"), "");
  }

  private String refusal() {
    return assertThrows(IOException.class, () -> Distribution.at(home)).getMessage();
  }

  @Test
  void saysWhatItIs() throws IOException {
    Distribution distribution = Distribution.at(home);
    assertEquals("2.0 abc", distribution.version());
    assertEquals(7, distribution.stateVersion());
    assertEquals(home, distribution.directory());
  }

  @Test
  void whatLacksSomethingIsRefusedByName() throws IOException {
    for (String file : List.of("VERSION", "STATE_VERSION", "jvm.options", "lib/daemon-2.0.jar")) {
      byte[] content = Files.readAllBytes(home.resolve(file));
      Files.delete(home.resolve(file));
      String missing = file.startsWith("lib") ? "daemon's jar in lib" : file;
      assertEquals(home + " is not a distribution: no " + missing, refusal());
      Files.write(home.resolve(file), content);
    }
    Files.writeString(home.resolve("STATE_VERSION"), "new");
    assertEquals(home + "/STATE_VERSION has no number: 'new'", refusal());
    Files.writeString(home.resolve("STATE_VERSION"), "\n");
    assertEquals(home + "/STATE_VERSION is empty", refusal());
    Path nowhere = home.resolve("nowhere");
    IOException e = assertThrows(IOException.class, () -> Distribution.at(nowhere));
    assertEquals(nowhere + " is not a directory", e.getMessage());
  }

  @Test
  void theSameIsRunFromHere() throws IOException {
    assertEquals(
        List.of(
            "/java/bin/java",
            "@" + home + "/jvm.options",
            "-Dringmount.home=" + home,
            "-XX:ErrorFile=/run/m/crash.log",
            "-cp",
            home + "/lib/daemon-2.0.jar",
            "Main",
            "serve",
            "-cp"),
        Distribution.at(home).command(RUNNING));
  }

  @Test
  void aCacheOfItsClassesIsUsed() throws IOException {
    Path cache = Files.createFile(home.resolve("lib/daemon.aot"));
    List<String> command = Distribution.at(home).command(RUNNING);
    int at = command.indexOf("-XX:AOTCache=" + cache);
    assertTrue(at > 0 && at < command.indexOf("-cp"), command.toString());
  }

  @Test
  void aJavaOfItsOwnIsPreferred() throws IOException {
    Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
    Files.createFile(java);
    assertEquals("/java/bin/java", Distribution.at(home).command(RUNNING).getFirst());
    assertTrue(java.toFile().setExecutable(true));
    assertEquals(java.toString(), Distribution.at(home).command(RUNNING).getFirst());
  }

  @Test
  void whatIsNoJavaCommandIsRefused() {
    for (List<String> other :
        List.of(List.<String>of(), List.of("java", "Main"), List.of("java", "-cp", "x"))) {
      assertThrows(IOException.class, () -> Distribution.at(home).command(other));
    }
  }

  @Test
  void stateIsReadByItsVersionAndTheNext() {
    assertTrue(StateVersion.reads(3, 3));
    assertTrue(StateVersion.reads(3, 2));
    assertFalse(StateVersion.reads(3, 1));
    assertFalse(StateVersion.reads(3, 4));
  }

  @Test
  void theDistributionHasTheStateVersionOfThisBuild() throws IOException {
    Path file = Path.of("../daemon/src/main/dist", StateVersion.FILE);
    assertEquals(StateVersion.CURRENT, Integer.parseInt(Files.readString(file).strip()));
  }
}
