package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DoctorTest {
  private static final String ENABLE_URING = "/sys/module/fuse/parameters/enable_uring";

  @TempDir private Path root;
  private final List<String> acts = new ArrayList<>();
  private boolean ringsWork = true;

  /** A machine of files; modprobe makes the device, mounting is only noted. */
  private final class Sample extends Machine {
    Sample() {
      super(root);
    }

    @Override
    void tryIoUring() throws IOException {
      if (!ringsWork) {
        throw new IOException("io_uring_setup: EPERM");
      }
    }

    @Override
    void mountFusectl() throws IOException {
      acts.add("fusectl");
      put("/proc/self/mounts", "none /sys/fs/fuse/connections fusectl rw 0 0\n");
    }

    @Override
    void run(String... command) throws IOException {
      acts.add(String.join(" ", command));
      put("/dev/fuse", "");
    }
  }

  /** Everything is well. */
  @BeforeEach
  void makeMachine() throws IOException {
    put("/proc/sys/kernel/osrelease", "6.18.44-generic\n");
    put("/dev/fuse", "");
    put("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
    put(ENABLE_URING, "Y\n");
    put("/proc/sys/kernel/io_uring_disabled", "0\n");
    put("/proc/self/mounts", "fusectl /sys/fs/fuse/connections fusectl rw 0 0\n");
    put("/proc/sys/kernel/sched_autogroup_enabled", "0\n");
    put("/proc/sys/fs/fuse/max_pages_limit", "256\n");
    put("/proc/sys/fs/fuse/default_request_timeout", "0\n");
    put("/proc/sys/fs/fuse/max_request_timeout", "0\n");
    put("/proc/sys/fs/nr_open", "1048576\n");
    put(
        "/proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max open files            1024                 4096                 files
        Max locked memory         65536                65536                bytes
        """);
  }

  private void put(String file, String text) throws IOException {
    Path path = root.resolve(file.substring(1));
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private JsonObject result(String check, int exitCode, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    StringWriter out = new StringWriter();
    CommandLine line = new CommandLine(new DoctorCommand(new Sample()));
    line.setOut(new PrintWriter(out));
    assertEquals(exitCode, line.execute(all.toArray(String[]::new)), out.toString());
    for (JsonElement each : JsonParser.parseString(out.toString()).getAsJsonArray()) {
      if (each.getAsJsonObject().get("check").getAsString().equals(check)) {
        return each.getAsJsonObject();
      }
    }
    throw new AssertionError("no check " + check + " in " + out);
  }

  private static void assertState(String state, JsonObject result) {
    assertEquals(state, result.get("state").getAsString(), result.toString());
    boolean saysMore =
        !result.get("meaning").getAsString().isEmpty()
            && !result.get("remedy").getAsString().isEmpty();
    assertEquals(!state.equals("ok"), saysMore, result.toString());
  }

  @Test
  void onAGoodMachineEverythingIsWell() {
    for (DoctorChecks.Check check : DoctorChecks.ALL) {
      assertEquals(
          Finding.State.OK, check.look().apply(new Sample()).state(), "check " + check.name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6.13.9, kernel, warn",
    "6.14.0, kernel, ok",
    "6.8.12, kernel resend flaw, ok",
    "6.9.0, kernel resend flaw, warn",
    "6.12.95, kernel resend flaw, warn",
    "6.12.96, kernel resend flaw, ok",
    "6.17.20, kernel resend flaw, warn",
    "6.18.38-arch1-1, kernel resend flaw, warn",
    "6.18.39, kernel resend flaw, ok",
    "7.0.30, kernel resend flaw, warn",
    "7.1.3, kernel resend flaw, warn",
    "7.1.4, kernel resend flaw, ok",
    "7.2, kernel resend flaw, ok",
    "mystery, kernel resend flaw, ok"
  })
  void theKernelIsJudgedByItsVersion(String release, String check, String state)
      throws IOException {
    put("/proc/sys/kernel/osrelease", release + "\n");
    assertState(state, result(check, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "/proc/sys/kernel/io_uring_disabled, 1, io_uring_disabled, ok",
    "/proc/sys/kernel/io_uring_disabled, 2, io_uring_disabled, warn",
    "/proc/sys/kernel/sched_autogroup_enabled, 1, autogroup, warn",
    "/proc/sys/fs/fuse/max_pages_limit, 32, max_pages_limit, warn",
    "/proc/sys/fs/fuse/default_request_timeout, 60, default_request_timeout, fail",
    "/proc/sys/fs/fuse/max_request_timeout, 60, max_request_timeout, fail",
    "/proc/sys/fs/nr_open, 1024, open files, warn",
    "/sys/module/fuse/parameters/enable_uring, N, FUSE over io_uring, warn",
    "/proc/self/mounts, none /x ext4 rw, fusectl, warn"
  })
  void whatIsNotWellIsToldButMountingIsPossible(
      String file, String text, String check, String state) throws IOException {
    put(file, text + "\n");
    assertState(state, result(check, 0));
  }

  /** The kernel gives some of its numbers to the first read only, however short. */
  @Test
  void numbersOfTheKernelAreReadWhole() {
    assertTrue(new Machine().readNumber("/proc/sys/kernel/pid_max").orElseThrow() > 9);
  }

  @Test
  void aPlainUserCannotMount() throws IOException {
    put("/proc/self/status", "CapEff:\t0000000000000000\n");
    assertState("fail", result("CAP_SYS_ADMIN", 1));
    assertState("warn", result("open files", 1));
    assertState("warn", result("locked memory", 1));
  }

  @Test
  void ringsThatCannotBeMadeAreAWarning() {
    ringsWork = false;
    JsonObject result = result("io_uring", 0);
    assertState("warn", result);
    assertTrue(result.get("found").getAsString().contains("EPERM"));
  }

  @Test
  void withoutTheDeviceNothingMountsAndFixLoadsTheModule() throws IOException {
    Files.delete(root.resolve("dev/fuse"));
    assertTrue(result("/dev/fuse", 1).get("preventsMounting").getAsBoolean());
    assertEquals(List.of(), acts);
    JsonObject fixed = result("/dev/fuse", 0, "--fix");
    assertState("ok", fixed);
    assertEquals("loaded the module fuse", fixed.get("fixed").getAsString());
    assertEquals(List.of("modprobe fuse"), acts);
  }

  @Test
  void fixSwitchesOnWhatRootMay() throws IOException {
    put(ENABLE_URING, "N\n");
    put("/proc/self/mounts", "");
    put("/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    JsonObject result = result("FUSE over io_uring", 0, "--fix");
    assertState("ok", result);
    assertState("ok", result("autogroup", 0));
    assertEquals("Y", Files.readString(root.resolve(ENABLE_URING.substring(1))));
    assertEquals(List.of("fusectl"), acts);
  }

  @Test
  void aFixThatFailsSaysWhy() throws IOException {
    Files.delete(root.resolve(ENABLE_URING.substring(1)));
    Files.delete(root.resolve("sys/module/fuse/parameters"));
    JsonObject result = result("FUSE over io_uring", 0, "--fix");
    assertState("warn", result);
    assertTrue(result.get("fixed").getAsString().startsWith("could not: "));
    assertFalse(result.get("preventsMounting").getAsBoolean());
  }

  @Test
  void onAnEmptyMachineNoCheckThrows(@TempDir Path empty) {
    Machine machine = new Machine(empty);
    DoctorChecks.ALL.forEach(check -> assertNotNull(check.look().apply(machine), check.name()));
  }
}
