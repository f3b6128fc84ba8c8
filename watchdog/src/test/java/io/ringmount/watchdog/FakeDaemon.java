package io.ringmount.watchdog;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.upgrade.Beats;
import io.ringmount.upgrade.VaultName;
import io.ringmount.upgrade.WatchdogLink;
import io.ringmount.upgrade.WatchdogStarter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * A daemon without a mount: keeps memfds, says in the file {@code events} what happens to it, and
 * does what the file {@code command-PID} tells. System properties of the name {@code fake.*} make
 * it misbehave.
 */
public final class FakeDaemon implements WatchdogLink.Listener {
  private static final Set<String> NOT_SHOWN = Set.of(VaultName.BEATS, VaultName.GENERATION);
  private static final int PID = (int) ProcessHandle.current().pid();

  private final Path directory;
  private final Beats beats;
  private final WatchdogLink link;
  private final FakeThread channel;

  private FakeDaemon(Path directory) throws IOException {
    this.directory = directory;
    beats = Beats.create(2, Duration.ofMillis(Integer.getInteger("fake.hang", 0)));
    channel = new FakeThread(beats.line(1));
    link =
        WatchdogLink.connect(
            socket(directory),
            new WatchdogLink.Hello(
                Integer.getInteger("fake.state", 1), System.getProperty("fake.version", "one")),
            this);
  }

  static Path socket(Path directory) {
    return directory.resolve("watchdog.sock");
  }

  static WatchdogStarter starter(Path directory, boolean standby, Map<String, String> environment) {
    return new WatchdogStarter(
        socket(directory), directory.resolve("log"), "/fake", standby, environment);
  }

  /** Takes the directory of the mount. */
  public static void main(String[] args) throws IOException, InterruptedException {
    new FakeDaemon(Path.of(args[0])).run();
  }

  private void run() throws IOException, InterruptedException {
    if (Boolean.getBoolean("fake.exit")) {
      System.exit(7);
    }
    link.keep(VaultName.BEATS, beats.fd());
    channel.start();
    if (link.isFirst()) {
      event("order " + link.order());
      keep("state", "made by one");
      keep("node-1", "unlinked");
      serving("mounted");
    } else {
      Thread.sleep(Integer.getInteger("fake.load", 0));
      if (Boolean.getBoolean("fake.fail")) {
        link.failed("cannot load");
        System.exit(1);
      }
      event("ready " + contents());
      link.ready();
    }
    while (true) {
      obey();
      Thread.sleep(5);
    }
  }

  private void serving(String how) throws IOException {
    event(how + " " + contents());
    link.serving("report of " + link.generation(), 42, System.nanoTime());
    if (Boolean.getBoolean("fake.die")) {
      Runtime.getRuntime().halt(9);
    }
  }

  private void obey() throws IOException {
    Path file = directory.resolve("command-" + PID);
    if (!Files.exists(file)) {
      return;
    }
    String[] words = Files.readString(file).split(" ", 3);
    Files.delete(file);
    switch (words[0]) {
      case "keep" -> keep(words[1], words[2]);
      case "drop" -> link.drop(words[1]);
      case "unmount" -> end();
      case "exit" -> System.exit(Integer.parseInt(words[1]));
      case "channel" -> channel.become(words[1]);
      default -> throw new IllegalArgumentException(words[0]);
    }
    event("did " + words[0]);
  }

  private void keep(String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    try (SharedMemory memory = SharedMemory.create("fake-" + name, SharedMemory.PAGE_SIZE);
        Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(bytes.length + 1L).address();
      Memory.copy(bytes, 0, address, bytes.length);
      FileOps.pwrite(memory.fd(), address, bytes.length, 0);
      link.keep(name, memory.fd());
    }
  }

  /** What is kept, as {@code name=content}. */
  private String contents() throws LinuxException {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Integer> each : link.inherited().entrySet()) {
      if (!NOT_SHOWN.contains(each.getKey())) {
        text.append(each.getKey()).append('=').append(content(each.getValue())).append(' ');
      }
    }
    return text.toString().strip();
  }

  private static String content(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(SharedMemory.PAGE_SIZE).address();
      LinuxException.check(
          FileOps.pread(fd, address, SharedMemory.PAGE_SIZE - 1, 0), "pread", "memory");
      byte[] bytes = new byte[Memory.stringLength(address, SharedMemory.PAGE_SIZE - 1)];
      Memory.copy(address, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private void event(String text) throws IOException {
    Files.writeString(
        directory.resolve("events"),
        link.generation() + " " + PID + " " + text + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private void say(String text) {
    try {
      event(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void end() {
    link.ended();
    System.exit(0);
  }

  @Override
  public void takeOver(int predecessor, boolean dead) {
    if (Boolean.getBoolean("fake.refuse")) {
      return;
    }
    try {
      serving("takes over from " + predecessor + (dead ? ", dead:" : ", draining:"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void yield() {
    if (Boolean.getBoolean("fake.stubborn")) {
      return;
    }
    if (Boolean.getBoolean("fake.halt")) {
      Runtime.getRuntime().halt(0);
    }
    link.yielded(System.nanoTime());
    say("yielded");
    Thread.ofPlatform()
        .start(() -> {
          try {
            Thread.sleep(Integer.getInteger("fake.drain", 0));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          link.drained();
          System.exit(0);
        });
  }

  @Override
  public void predecessorGone() {
    say("predecessor gone");
  }

  @Override
  public void stop() {
    end();
  }

  @Override
  public void lost(boolean needed) {
    say("lost, needed " + needed);
    if (!needed) {
      System.exit(3);
    }
    try {
      link.reconnect(starter(directory, false, Map.of()));
      say("reconnected");
    } catch (IOException e) {
      say("alone: " + e);
    }
  }
}
