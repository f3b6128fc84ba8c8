package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Other processes that hold, across the end of a daemon: an open file without a name, a directory
 * they have read half of, a POSIX lock and a lock of flock(2). They end with this one.
 */
final class Holder implements AutoCloseable {
  private static final String DELETED = "deleted";
  private static final String LISTED = "listed";
  private static final String LOCKED = "locked";
  private static final String FLOCKED = "flocked";

  private static final int NAMES = 400;
  private static final int SIZE = 100_000;
  private static final int SECONDS = 60;

  private static final String HELD = "held";
  private static final String RIGHT = "right";

  private final Path mountpoint;
  private final Path output;
  private final List<Process> processes = new ArrayList<>();

  /**
   * Makes the files, starts the processes, and returns when they hold them.
   *
   * @param work where what they say can be put
   * @param backend what is mounted at {@code mountpoint}
   */
  Holder(Path work, Path backend, Path mountpoint) throws IOException {
    this.mountpoint = mountpoint;
    this.output = Files.createFile(work.resolve("holder"));
    Files.createFile(backend.resolve(LOCKED));
    Files.createFile(backend.resolve(FLOCKED));
    Path listed = Files.createDirectory(backend.resolve(LISTED));
    for (String each : names()) {
      Files.createFile(listed.resolve(each));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Those of the product, with which this JVM was started.
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Holder.class.getName(), mountpoint.toString()));
    start(command);
    start(List.of("flock", "--no-fork", mountpoint.resolve(FLOCKED).toString(), "cat"));
  }

  private void start(List<String> command) throws IOException {
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start());
  }

  /** Returns when everything is held. */
  void awaitHeld() throws IOException, InterruptedException {
    await(HELD);
    assertFalse(canLock(), "nothing is locked");
    long end = end();
    while (canFlock()) {
      assertTrue(System.nanoTime() < end, "nothing is locked by flock");
      Thread.sleep(5);
    }
  }

  private void await(String word) throws IOException, InterruptedException {
    long end = end();
    String said = Files.readString(output);
    while (!said.contains(word + "\n")) {
      assertTrue(processes.getFirst().isAlive() && System.nanoTime() < end, said);
      Thread.sleep(5);
      said = Files.readString(output);
    }
  }

  private static long end() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
  }

  /** Whether this process could have the POSIX lock. */
  private boolean canLock() throws IOException {
    try (FileChannel file = FileChannel.open(mountpoint.resolve(LOCKED), StandardOpenOption.WRITE);
        FileLock lock = file.tryLock()) {
      return lock != null;
    }
  }

  /** Whether another process could have the other lock. */
  private boolean canFlock() throws IOException, InterruptedException {
    Process other =
        new ProcessBuilder("flock", "--nonblock", mountpoint.resolve(FLOCKED).toString(), "true")
            .start();
    processes.add(other);
    assertTrue(other.waitFor(SECONDS, TimeUnit.SECONDS), "a try to lock hangs");
    return other.exitValue() == 0;
  }

  /** Checks that everything was held all the time, and lets go. */
  void finish() throws IOException, InterruptedException {
    assertFalse(canLock(), "the POSIX lock is lost");
    assertFalse(canFlock(), "the lock of flock is lost");
    processes.getFirst().outputWriter().append("\n").flush();
    await(RIGHT);
    for (Process each : processes) {
      each.outputWriter().close();
      assertTrue(each.waitFor(SECONDS, TimeUnit.SECONDS), () -> each + " hangs");
    }
    assertTrue(canLock() && canFlock(), "a lock outlives its process");
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }

  // ---- the other process -----------------------------------------------------------------------

  /** Holds, says so, and when it gets a line says whether it still holds. */
  public static void main(String[] arguments) throws IOException {
    Path mountpoint = Path.of(arguments[0]);
    Path deleted = mountpoint.resolve(DELETED);
    try (FileChannel locked =
            FileChannel.open(mountpoint.resolve(LOCKED), StandardOpenOption.WRITE);
        FileLock _ = locked.lock();
        FileChannel nameless =
            FileChannel.open(
                deleted,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Listing listing = new Listing(mountpoint.resolve(LISTED))) {
      byte[] content = new byte[SIZE];
      new Random(SIZE).nextBytes(content);
      assertEquals(SIZE, nameless.write(ByteBuffer.wrap(content)));
      Files.delete(deleted);
      List<String> names = new ArrayList<>();
      while (names.size() < NAMES / 2) {
        names.addAll(listing.next());
      }
      System.out.println(HELD);
      if (System.in.read() < 0) {
        return;
      }
      assertContent(content, nameless);
      new Random(1).nextBytes(content);
      assertEquals(SIZE, nameless.write(ByteBuffer.wrap(content), 0));
      assertContent(content, nameless);
      assertFalse(Files.exists(deleted));
      for (List<String> more = listing.next(); !more.isEmpty(); more = listing.next()) {
        names.addAll(more);
      }
      assertEquals(names(), names.stream().sorted().toList());
      System.out.println(RIGHT);
    }
  }

  private static List<String> names() {
    return IntStream.range(0, NAMES).mapToObj(each -> "name-" + each).sorted().toList();
  }

  private static void assertContent(byte[] expected, FileChannel file) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(SIZE + 1);
    assertEquals(SIZE, file.read(found, 0));
    assertArrayEquals(expected, Arrays.copyOf(found.array(), SIZE));
  }

  /** An open directory, read a few names at a time. */
  private static final class Listing implements AutoCloseable {
    private static final int ROOM = 1024;
    private static final int ENTRY_LENGTH = 16;
    private static final int ENTRY_NAME = 19;

    private final Arena arena = Arena.ofConfined();
    private final long buffer = arena.allocate(ROOM, Long.BYTES).address();
    private final int fd;

    private Listing(Path directory) throws LinuxException {
      fd = FileOps.open(directory, FileFlags.O_DIRECTORY);
    }

    /** The next names, none at the end. */
    private List<String> next() throws LinuxException {
      List<String> names = new ArrayList<>();
      long length = -1;
      // A listing that holds no names but the directory's own is not its end.
      while (names.isEmpty() && length != 0) {
        length = LinuxException.check(FileOps.getdents64(fd, buffer, ROOM), "getdents64", LISTED);
        for (long at = buffer; at < buffer + length; ) {
          byte[] name = new byte[Memory.stringLength(at + ENTRY_NAME, ROOM)];
          Memory.copy(at + ENTRY_NAME, name, 0, name.length);
          String text = new String(name, StandardCharsets.UTF_8);
          if (!text.startsWith(".")) {
            names.add(text);
          }
          at += Short.toUnsignedInt(Memory.getShort(at + ENTRY_LENGTH));
        }
      }
      return names;
    }

    @Override
    public void close() {
      FileOps.close(fd);
      arena.close();
    }
  }
}
