package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import io.ringmount.daemon.Programs.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mount --config} and {@code tune} as users run them. */
@RequiresFuse
@Timeout(180)
class TuneIT {
  @TempDir Path work;
  private Path backend;
  private Path mountpoint;
  private Path config;
  private Programs programs;
  private int cpu;

  @BeforeEach
  void makeDirectories() throws IOException {
    backend = Files.createDirectory(work.resolve("backend"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    config = work.resolve("tuning.toml");
    programs = new Programs(work.resolve("run"));
    cpu = Cpu.usable()[0];
    Files.writeString(backend.resolve("file"), "content");
  }

  @AfterEach
  void leaveNothing() throws Exception {
    if (Mounts.find(mountpoint).isPresent()) {
      programs.ringmount("unmount", "--force", mountpoint);
    }
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH);
    }
  }

  private Outcome succeed(Object... arguments) throws Exception {
    Outcome outcome = programs.ringmount(arguments);
    assertEquals(0, outcome.code(), outcome.toString());
    assertEquals("", outcome.err());
    return outcome;
  }

  private void refuse(String lines, Object... arguments) throws Exception {
    Outcome outcome = programs.ringmount(arguments);
    assertEquals(2, outcome.code(), outcome.toString());
    assertEquals(lines, outcome.err());
  }

  private JsonObject status() throws Exception {
    return programs.status(mountpoint);
  }

  private void write(String channels) throws IOException {
    Files.writeString(
        config,
        """
        [mount]
        backend = "%s"
        mountpoint = "%s"
        # every request comes to the daemon
        entry_timeout = 0
        attr_timeout = 0
        direct_io = true

        [channels]
        %s
        """
            .formatted(backend, mountpoint, channels));
  }

  @Test
  void aFileSaysWhatToMountWhereAndHow() throws Exception {
    write(
        "transport = 'device'\nslots = 3\nbusy_poll = 0\n[[channels.core]]\ncpu = "
            + cpu
            + "\nbusy_poll = '20us'");
    succeed("mount", "--config", config);
    assertEquals("content", Files.readString(mountpoint.resolve("file")));
    JsonObject status = status();
    assertEquals("device", status.get("transport").getAsString());
    assertTrue(status.get("ringMode").isJsonNull());
    assertEquals("0", status.getAsJsonObject("settings").get("busy_poll").getAsString());
    assertEquals(
        "20us",
        status
            .getAsJsonObject("coreSettings")
            .getAsJsonObject(Integer.toString(cpu))
            .get("busy_poll")
            .getAsString());
    succeed("unmount", mountpoint);
  }

  @Test
  void everyMistakeIsReportedAndNothingIsMounted() throws Exception {
    write("slots = 0\nbusypoll = 'auto'\n[[channels.core]]\ncpu = 65535");
    refuse(
        """
        ringmount: %1$s:10: slots=0 is out of range; use auto, or 1 to 1024
        ringmount: %1$s:11: unknown key busypoll in [channels]; the nearest is busy_poll
        ringmount: %1$s:13: cpu=65535 is not online here; use one of %2$s
        """
            .formatted(config, cpus()),
        "mount",
        "--config",
        config);
    assertTrue(Mounts.find(mountpoint).isEmpty());
  }

  @Test
  void settingsChangeUnderLoadWithoutAFailedRequest() throws Exception {
    write("busy_poll = 'auto'");
    succeed("mount", "--config", config);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    AtomicReference<IOException> failure = new AtomicReference<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get() && failure.get() == null) {
                try {
                  assertEquals("content", Files.readString(mountpoint.resolve("file")));
                  reads.incrementAndGet();
                } catch (IOException e) {
                  failure.set(e);
                }
              }
            });
    try {
      assertEquals(
          "busy_poll: auto -> 50us\nspin_share: 1 -> 0.5\n",
          succeed("tune", mountpoint, "busy_poll=50us", "spin_share=0.5").out());
      assertEquals(
          "busy_poll of CPU " + cpu + ": 50us -> 0\n",
          succeed("tune", mountpoint, "--core", cpu, "busy_poll=0").out());
      refuse(
          """
          ringmount: slots can only change by mounting anew; unmount, and mount with it
          ringmount: unknown setting spin_shar; the nearest is spin_share
          """,
          "tune",
          mountpoint,
          "slots=3",
          "busy_poll=1us",
          "spin_shar=1");
      refuse(
          "ringmount: CPU 65535 has no channel; channels are on " + cpus() + "\n",
          "tune",
          mountpoint,
          "--core",
          "65535",
          "busy_poll=0");
      long before = reads.get();
      while (reads.get() < before + 10 && failure.get() == null) {
        Thread.onSpinWait();
      }
    } finally {
      stop.set(true);
      reader.join();
    }
    assertNull(failure.get());
    JsonObject settings = status().getAsJsonObject("settings");
    assertEquals("50us", settings.get("busy_poll").getAsString());
    assertEquals("0.5", settings.get("spin_share").getAsString());
    assertEquals(0, busyPollMicros(cpu));
    JsonObject shown =
        JsonParser.parseString(succeed("tune", mountpoint, "--json").out()).getAsJsonObject();
    assertEquals(settings, shown.get("settings"));
    assertEquals(status().get("coreSettings"), shown.get("coreSettings"));
    assertFalse(shown.getAsJsonObject("coreSettings").isEmpty());
    assertTrue(succeed("tune", mountpoint).out().contains("busy_poll_share"));
    succeed("unmount", mountpoint);
  }

  private long busyPollMicros(int cpu) throws Exception {
    for (JsonElement each : status().getAsJsonArray("channels")) {
      if (each.getAsJsonObject().get("cpu").getAsInt() == cpu) {
        return each.getAsJsonObject().get("busyPollMicros").getAsLong();
      }
    }
    throw new AssertionError("no channel on CPU " + cpu);
  }

  private String cpus() throws IOException {
    return String.join(", ", Arrays.stream(Cpu.usable()).mapToObj(String::valueOf).toList());
  }
}
