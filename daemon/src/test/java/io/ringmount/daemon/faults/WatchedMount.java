package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import io.ringmount.daemon.Programs.Outcome;
import io.ringmount.daemon.cli.MountProcesses;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A mount with a watchdog, made by the program as it is distributed. */
final class WatchedMount {
  private static final int SECONDS = 60;
  private static final String UNREMEMBERED =
      "attr_timeout=0,entry_timeout=0,direct_io=true,transport=";

  private final Path run;
  private final Path backend;
  private final Path mountpoint;
  private final Programs programs;
  private final MountProcesses processes;

  /** Who serves. */
  record Serving(int generation, long daemon) {}

  /**
   * @param work a directory of the test's alone
   * @param javaFlags of the mount's processes, beside their own
   */
  WatchedMount(Path work, Path backend, String... javaFlags) throws IOException {
    this.backend = backend;
    run = work.resolve("run");
    mountpoint = Files.createDirectory(work.resolve("mount"));
    programs = new Programs(run).withJavaFlags(List.of(javaFlags));
    processes = new MountProcesses(work);
  }

  /** Has what is started from now on find this in its environment. */
  void setEnvironment(String variable, String value) {
    programs.with(variable, value);
  }

  /** Mounts so that each call is a request. */
  Serving mount(String transport, String options) throws Exception {
    succeed("mount", backend, mountpoint, "-o", UNREMEMBERED + transport + options);
    JsonObject status = status();
    assertEquals(transport, status.get("transport").getAsString());
    return serving(status);
  }

  Path at(String name) {
    return mountpoint.resolve(name);
  }

  Serving serving() throws IOException {
    return serving(status());
  }

  private JsonObject status() throws IOException {
    return programs.status(mountpoint);
  }

  private static Serving serving(JsonObject status) {
    return new Serving(status.get("generation").getAsInt(), status.get("daemonPid").getAsLong());
  }

  void upgrade() throws Exception {
    succeed("upgrade", mountpoint);
  }

  /** Returns when the next daemon answers, which no other may have come before. */
  void awaitSuccessor(Serving before) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    Serving next = before;
    while (next.daemon() == before.daemon()) {
      assertTrue(System.nanoTime() < end, () -> "no other daemon serves: " + log());
      Thread.sleep(50);
      try {
        next = serving();
      } catch (IOException none) {
        next = before;
      }
    }
    assertEquals(before.generation() + 1, next.generation());
  }

  /** Returns a process of the mount once one has a thread of that name. */
  long awaitThread(String name) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end) {
      for (ProcessHandle each : processes.all()) {
        try {
          if (threads(each.pid()).contains(name)) {
            return each.pid();
          }
        } catch (NoSuchFileException ended) {
          continue;
        }
      }
      Thread.sleep(10);
    }
    throw new AssertionError("no thread is called " + name + ": " + log());
  }

  static void awaitEnd(long process) throws Exception {
    Optional<ProcessHandle> handle = ProcessHandle.of(process);
    if (handle.isPresent()) {
      handle.get().onExit().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  /** The names of a process's threads. */
  static List<String> threads(long process) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
      for (Path task : tasks) {
        try {
          names.add(Files.readString(task.resolve("comm")).strip());
        } catch (IOException ended) {
          continue;
        }
      }
    }
    return names;
  }

  /** What watchdog and daemons have said. */
  String log() {
    try {
      return Files.readString(new RunRoot(run).at(mountpoint.toRealPath()).log());
    } catch (IOException e) {
      return e.toString();
    }
  }

  void unmount() throws Exception {
    succeed("unmount", mountpoint);
    processes.assertEnded();
  }

  private Outcome succeed(Object... arguments) throws Exception {
    Outcome outcome = programs.ringmount(arguments);
    assertEquals(0, outcome.code(), () -> outcome + log());
    return outcome;
  }

  /** Ends what there still is: those who wait first, as one that waits may not be killable. */
  void abandon() throws Exception {
    for (Optional<MountEntry> entry = Mounts.find(mountpoint);
        entry.isPresent();
        entry = Mounts.find(mountpoint)) {
      FuseConnection connection = new FuseConnection(entry.get().deviceMinor());
      if (connection.available()) {
        connection.abort();
      }
      Mounts.umount(mountpoint, Mounts.MNT_FORCE | Mounts.MNT_DETACH);
    }
    processes.goOn();
    processes.kill();
  }
}
