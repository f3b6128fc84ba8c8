package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountOrderTest {
  private static final Path BACKEND = Path.of("/backend");
  private static final Path MOUNTPOINT = Path.of("/mountpoint");
  private static final int[] CPUS = {0, 1};

  @TempDir private Path temp;

  private Path file(String text) throws IOException {
    return Files.writeString(temp.resolve("tuning.toml"), text);
  }

  private static MountOrder read(Path backend, Path mountpoint, Path file, String... options)
      throws CommandFailure {
    return MountOrder.read(backend, mountpoint, List.of(options), file, CPUS);
  }

  private static CommandFailure failure(Path file, String... options) {
    return assertThrows(CommandFailure.class, () -> read(BACKEND, MOUNTPOINT, file, options));
  }

  @Test
  void theCommandLineCountsBeforeTheFile() throws Exception {
    Path file =
        file(
            """
            [mount]
            backend = "/of/file"
            mountpoint = "/there"
            read_only = true
            [channels]
            slots = 4
            transport = "device"
            [[channels.core]]
            cpu = 1
            slots = 3
            """);
    MountOrder alone = read(null, null, file);
    assertEquals(Path.of("/of/file"), alone.backend());
    assertEquals(Path.of("/there"), alone.mountpoint());
    MountOrder both = read(BACKEND, MOUNTPOINT, file, "rw,slots=8");
    assertEquals(BACKEND, both.backend());
    assertEquals(MOUNTPOINT, both.mountpoint());
    assertEquals(false, both.settings().mount().get(OptionTable.READ_ONLY));
    assertEquals(OptionalInt.of(8), both.settings().mount().get(OptionTable.SLOTS));
    assertEquals("device", both.settings().mount().get(OptionTable.TRANSPORT).label());
    assertEquals(alone.settings().cores(), both.settings().cores());
  }

  @Test
  void theBackendOfFstabCountsBeforeTheDeviceItNames() throws Exception {
    Path device = Path.of("ringmount");
    assertEquals(BACKEND, read(device, MOUNTPOINT, null, "nfs_backend=/backend").backend());
  }

  @Test
  void somebodyMustSayWhatToMountWhere() throws Exception {
    Path file = file("[mount]\n");
    CommandFailure failure = assertThrows(CommandFailure.class, () -> read(null, null, file, "ro"));
    assertEquals(CommandFailure.WRONG_USAGE, failure.exitCode());
    assertEquals(
        List.of(
            file
                + ":1: [mount] does not say the backend; add backend = \"/...\" to it, or name"
                + " BACKEND and MOUNTPOINT",
            file
                + ":1: [mount] does not say the mountpoint; add mountpoint = \"/...\" to it, or"
                + " name BACKEND and MOUNTPOINT"),
        failure.lines());
  }

  @Test
  void mistakesOfTheFileComeInTheOrderOfItsLinesAndThenTheOthers() throws Exception {
    Path file =
        file(
            """
            [channels]
            slots = 0
            [[channels.core]]
            cpu = 7
            [[channels.core]]
            cpu = 1
            slot = 3
            server = 9
            """);
    CommandFailure failure = failure(file, "transprot=uring,entry_timeout=x");
    assertEquals(CommandFailure.WRONG_USAGE, failure.exitCode());
    assertEquals(
        List.of(
            file + ":2: slots=0 is out of range; use auto, or 1 to 1024",
            file + ":4: cpu=7 is not online here; use one of 0, 1",
            file + ":7: unknown key slot in [[channels.core]]; the nearest is slots",
            file + ":8: server=9 is no CPU with a channel; use one of 0, 1",
            "unknown option transprot, in -o; the nearest is transport",
            "entry_timeout=x is not a time, in -o; use 0s to 365d"),
        failure.lines());
  }

  @Test
  void aFileThatCannotBeReadIsOneLine() throws Exception {
    Path binary = Files.write(temp.resolve("binary"), new byte[] {'[', (byte) 0xff});
    Path endless = Files.write(temp.resolve("endless"), new byte[MountOrder.LONGEST_FILE + 1]);
    for (Path file : List.of(binary, endless, temp, temp.resolve("absent"), Path.of("/dev/zero"))) {
      CommandFailure failure = failure(file);
      assertEquals(1, failure.lines().size(), failure.getMessage());
      assertTrue(failure.getMessage().contains(file.toString()), failure.getMessage());
    }
  }

  @Test
  void theDaemonMakesTheSameSettingsOfItsOrder() throws Exception {
    Path file =
        file(
            """
            [mount]
            backend = "/of/file"
            mountpoint = "/there"
            attr_timeout = 1.5
            [channels]
            slots = 4
            [[channels.core]]
            cpu = 1
            busy_poll = "50us"
            slots = 3
            [[channels.core]]
            cpu = 0
            enabled = false
            server = 1
            """);
    MountSettings settings =
        MountSettings.of(BACKEND, MOUNTPOINT, read(null, null, file, "balance=no").settings());
    String sent = Json.line(DaemonMessages.Order.of(settings));
    assertEquals(settings, Json.parse(sent, DaemonMessages.Order.class).settings());
  }
}
