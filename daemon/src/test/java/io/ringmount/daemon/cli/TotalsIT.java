package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import io.ringmount.daemon.Programs.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code status} says a mount has done, over several daemons. */
@RequiresFuse
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class TotalsIT {
  private static final int ROUNDS = 20;
  private static final int SECONDS = 30;

  @TempDir Path work;
  private Path mountpoint;
  private Path backend;
  private Programs programs;
  private MountProcesses processes;

  @BeforeEach
  void makeDirectories() throws IOException {
    backend = Files.createDirectory(work.resolve("backend"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    programs = new Programs(work.resolve("run"));
    processes = new MountProcesses(work);
  }

  @AfterEach
  void leaveNothing() throws Exception {
    processes.kill();
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_FORCE | Mounts.MNT_DETACH);
    }
  }

  private Outcome succeed(Object... arguments) throws Exception {
    Outcome outcome = programs.ringmount(arguments);
    assertEquals(0, outcome.code(), outcome.toString());
    return outcome;
  }

  private JsonObject status() throws Exception {
    return programs.status(mountpoint);
  }

  private static JsonObject totals(JsonObject status) {
    return status.getAsJsonObject("totals");
  }

  private static long answered(JsonObject status, String operation) {
    for (JsonElement each : totals(status).getAsJsonArray("operations")) {
      if (each.getAsJsonObject().get("name").getAsString().equals(operation)) {
        return each.getAsJsonObject().get("answered").getAsLong();
      }
    }
    return 0;
  }

  private void use(String name) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Files.createDirectory(mountpoint.resolve(name + i));
    }
  }

  private JsonObject statusAfterKilling(long daemon) throws Exception {
    assertEquals(0, programs.script("kill -KILL \"$1\"", daemon).code());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    JsonObject status = status();
    while (status.get("daemonPid").getAsLong() == daemon) {
      assertTrue(System.nanoTime() < end, "no other daemon serves");
      Thread.sleep(50);
      status = status();
    }
    return status;
  }

  private long daemon(JsonObject status) {
    return status.get("daemonPid").getAsLong();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void goOnOverCrashesAndUpgrades(String transport) throws Exception {
    succeed("mount", backend, mountpoint, "-o", "transport=" + transport);
    use("a");
    JsonObject first = status();
    assertEquals(1, totals(first).get("daemons").getAsInt());
    assertEquals(ROUNDS, answered(first, "MKDIR"));

    JsonObject second = statusAfterKilling(daemon(first));
    assertEquals(2, totals(second).get("daemons").getAsInt());
    assertEquals(ROUNDS, answered(second, "MKDIR"));
    use("b");
    succeed("upgrade", mountpoint);
    use("c");
    JsonObject third = status();
    assertEquals(3, totals(third).get("daemons").getAsInt());
    assertEquals(3 * ROUNDS, answered(third, "MKDIR"));
    assertEquals(totals(first).get("since"), totals(third).get("since"));
    assertTrue(
        third
                .get("generationStarted")
                .getAsString()
                .compareTo(totals(third).get("since").getAsString())
            > 0);
    long requests = totals(third).get("requests").getAsLong();
    assertTrue(requests >= totals(first).get("requests").getAsLong() + 2 * ROUNDS, third::toString);
    // What a daemon before counted is in the file of the one that serves, and kept nowhere else.
    JsonObject fourth = statusAfterKilling(daemon(third));
    assertEquals(4, totals(fourth).get("daemons").getAsInt());
    assertEquals(3 * ROUNDS, answered(fourth, "MKDIR"));
    succeed("unmount", mountpoint);
  }

  @Test
  void damagedCountersCostNothingElse() throws Exception {
    succeed("mount", backend, mountpoint);
    use("a");
    JsonObject first = status();
    overwriteVersion();
    JsonObject second = statusAfterKilling(daemon(first));
    assertEquals(1, totals(second).get("daemons").getAsInt());
    assertEquals(0, answered(second, "MKDIR"));
    assertTrue(
        totals(second)
                .get("since")
                .getAsString()
                .compareTo(totals(first).get("since").getAsString())
            > 0);
    use("b");
    assertEquals(ROUNDS, answered(status(), "MKDIR"));
    succeed("unmount", mountpoint);
  }

  private void overwriteVersion() throws IOException {
    try (var files = Files.walk(work.resolve("run"))) {
      List<Path> metrics = files.filter(each -> each.endsWith("metrics")).toList();
      assertEquals(1, metrics.size());
      try (FileChannel file = FileChannel.open(metrics.getFirst(), StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.wrap(new byte[] {99}), Long.BYTES);
      }
    }
  }
}
