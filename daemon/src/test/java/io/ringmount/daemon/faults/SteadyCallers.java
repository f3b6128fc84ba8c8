package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * On each processor, three threads that go on looking at, reading and appending to files, and that
 * check what they get.
 */
final class SteadyCallers implements AutoCloseable {
  private static final String CONTENT = "content";
  private static final int SIZE = 256 << 10;
  private static final int LONGEST_READ = 32 << 10;
  private static final int SECONDS = 60;
  private static final int PAUSE_NANOS = 300_000;

  private final Path backend;
  private final Path mountpoint;
  private final byte[] content = new byte[SIZE];
  private final List<Caller> callers = new ArrayList<>();
  private final Map<Path, Caller> appenders = new TreeMap<>();
  private volatile boolean stopped;

  /** A few calls, and the check of what they say. */
  private interface Turn {
    void make(FileChannel file, long number) throws IOException;
  }

  private final class Caller {
    private final String name;
    private final Thread thread;
    private volatile long turns;
    private volatile Throwable failure;

    /**
     * @param file is closed by the thread, as its end may have to be waited for
     */
    private Caller(String what, int cpu, FileChannel file, Turn turn) {
      name = what + " on processor " + cpu;
      thread =
          Thread.ofPlatform()
              .daemon()
              .name(name)
              .start(() -> {
                Cpu.pinCurrentThread(cpu);
                run(file, turn);
              });
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes it.
    private void run(FileChannel file, Turn turn) {
      try (file) {
        while (!stopped) {
          turn.make(file, turns);
          turns++;
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void awaitTurns(long wanted) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      while (turns < wanted) {
        mustNotHaveFailed();
        assertTrue(System.nanoTime() < end, () -> name + " hangs after " + turns + " turns");
        Thread.sleep(2);
      }
    }

    private void awaitEnd() throws InterruptedException {
      assertTrue(thread.join(Duration.ofSeconds(SECONDS)), () -> name + " hangs");
      mustNotHaveFailed();
    }

    private void mustNotHaveFailed() {
      if (failure != null) {
        throw new AssertionError(name + " failed after " + turns + " turns", failure);
      }
    }
  }

  /**
   * Makes the files and starts.
   *
   * @param backend what is mounted at {@code mountpoint}
   */
  SteadyCallers(Path backend, Path mountpoint) throws IOException {
    this.backend = backend;
    this.mountpoint = mountpoint;
    new Random(SIZE).nextBytes(content);
    Files.write(backend.resolve(CONTENT), content);
    for (int cpu : Cpu.usable()) {
      Path appended = Path.of("appended-" + cpu);
      Files.createFile(backend.resolve(appended));
      add("stat", cpu, CONTENT, StandardOpenOption.READ, this::look);
      add("read", cpu, CONTENT, StandardOpenOption.READ, this::read);
      Caller appender =
          add("append", cpu, appended.toString(), StandardOpenOption.APPEND, SteadyCallers::append);
      appenders.put(appended, appender);
    }
  }

  private Caller add(String what, int cpu, String file, OpenOption option, Turn turn)
      throws IOException {
    FileChannel opened = FileChannel.open(mountpoint.resolve(file), option);
    Caller caller = new Caller(what, cpu, opened, turn);
    callers.add(caller);
    return caller;
  }

  private void look(FileChannel file, long number) throws IOException {
    assertEquals(SIZE, file.size());
    assertEquals(SIZE, Files.size(mountpoint.resolve(CONTENT)));
  }

  private void read(FileChannel file, long number) throws IOException {
    Random random = new Random(number);
    int offset = random.nextInt(SIZE);
    int length = 1 + random.nextInt(Math.min(LONGEST_READ, SIZE - offset));
    ByteBuffer bytes = ByteBuffer.allocate(length);
    assertEquals(length, file.read(bytes, offset));
    assertArrayEquals(Arrays.copyOfRange(content, offset, offset + length), bytes.array());
  }

  private static void append(FileChannel file, long number) throws IOException {
    assertEquals(Long.BYTES, file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, number)));
  }

  /** Waits until each has made {@code turns} more. */
  void awaitTurns(int turns) throws InterruptedException {
    List<Long> before = callers.stream().map(each -> each.turns).toList();
    for (int i = 0; i < before.size(); i++) {
      callers.get(i).awaitTurns(before.get(i) + turns);
    }
  }

  /** Ends all, none of which may have failed, and checks that each append happened once. */
  void finish() throws IOException, InterruptedException {
    close();
    for (Caller each : callers) {
      each.awaitEnd();
    }
    for (Map.Entry<Path, Caller> each : appenders.entrySet()) {
      String name = each.getKey().toString();
      long turns = each.getValue().turns;
      ByteBuffer found = ByteBuffer.wrap(Files.readAllBytes(backend.resolve(name)));
      assertEquals(turns * Long.BYTES, found.remaining(), name);
      for (long number = 0; number < turns; number++) {
        assertEquals(number, found.getLong(), name);
      }
    }
  }

  /** Tells all to end. */
  @Override
  public void close() {
    stopped = true;
  }
}
