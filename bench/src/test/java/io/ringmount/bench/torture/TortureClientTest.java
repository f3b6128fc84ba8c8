package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client on a plain directory, which somebody may change behind its back. */
@Timeout(60)
class TortureClientTest {
  private static final long SECONDS = 30;
  private static final long FIRST_SABOTAGE_MILLIS = 100;

  @TempDir Path root;
  private final Queue<Message> messages = new ConcurrentLinkedQueue<>();
  private TortureClient client;
  private Thread thread;

  /** What a file system must not do. */
  private enum Sabotage {
    LOST_APPEND("appends") {
      @Override
      void on(Path client) throws IOException {
        resize(client.resolve("appends-0/appended"), -AppendRecord.LENGTH);
      }
    },
    REPEATED_APPEND("appends") {
      @Override
      void on(Path client) throws IOException {
        Path file = client.resolve("appends-0/appended");
        byte[] all = Files.readAllBytes(file);
        if (all.length >= AppendRecord.LENGTH) {
          byte[] last = new byte[AppendRecord.LENGTH];
          System.arraycopy(all, all.length - last.length, last, 0, last.length);
          Files.write(file, last, StandardOpenOption.APPEND);
        }
      }
    },
    LOST_SHARED_APPEND("shared_appends") {
      @Override
      void on(Path client) throws IOException {
        resize(client.resolveSibling("shared/appended"), -AppendRecord.LENGTH);
      }
    },
    VANISHED_FILE("fixed_files") {
      @Override
      void on(Path client) throws IOException {
        Files.delete(client.resolve("fixed_files-0/fixed-4096"));
      }
    },
    WRONG_CONTENT("fixed_files") {
      @Override
      void on(Path client) throws IOException {
        flip(client.resolve("fixed_files-0/fixed-100001"), 50_000);
      }
    },
    OLD_VERSION("publication") {
      @Override
      void on(Path client) throws IOException {
        flip(client.resolve("publication-0/published"), 0);
      }
    },
    VANISHED_NAME("listing") {
      @Override
      void on(Path client) throws IOException {
        removeAny(client.resolve("listing-0"));
      }
    },
    ADDED_NAME("listing") {
      @Override
      void on(Path client) throws IOException {
        Files.writeString(client.resolve("listing-0/foreign"), "");
      }
    },
    VANISHED_SHARED_NAME("shared_listing") {
      @Override
      void on(Path client) throws IOException {
        removeAny(client.resolveSibling("shared/names"));
      }
    },
    VANISHED_DIRECTORY("directories") {
      @Override
      void on(Path client) throws IOException {
        Path outer = any(client.resolve("directories-0"));
        Files.delete(outer.resolve("inner"));
        Files.delete(outer);
      }
    },
    ADDED_LINK("links") {
      @Override
      void on(Path client) throws IOException {
        Files.createLink(client.resolve("more"), client.resolve("links-0/file"));
      }
    },
    FORGOTTEN_PERMISSIONS("attributes") {
      @Override
      void on(Path client) throws IOException {
        Files.setPosixFilePermissions(
            client.resolve("attributes-0/changed"), PosixFilePermissions.fromString("--x------"));
      }
    },
    VANISHED_MOVED_FILE("renames") {
      @Override
      void on(Path client) throws IOException {
        removeAny(client.resolve("renames-0/here"));
        removeAny(client.resolve("renames-0/there"));
      }
    },
    SOMEBODY_ELSES_TURN("locks") {
      @Override
      void on(Path client) throws IOException {
        Files.write(client.resolveSibling("shared/locks/turns"), new byte[Long.BYTES]);
      }
    };

    /** The kind of task that must notice. */
    private final String noticedBy;

    Sabotage(String noticedBy) {
      this.noticedBy = noticedBy;
    }

    abstract void on(Path client) throws IOException;

    private static void resize(Path file, int by) throws IOException {
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        open.setLength(Math.max(0, open.length() + by));
      }
    }

    private static void flip(Path file, long offset) throws IOException {
      ByteBuffer one = ByteBuffer.allocate(1);
      try (FileChannel open =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        open.read(one, offset);
        one.put(0, (byte) ~one.get(0)).flip();
        open.write(one, offset);
      }
    }

    private static Path any(Path directory) throws IOException {
      try (Stream<Path> names = Files.list(directory)) {
        return names.findAny().orElseThrow(() -> new NoSuchFileException(directory.toString()));
      }
    }

    private static void removeAny(Path directory) throws IOException {
      Files.deleteIfExists(any(directory));
    }
  }

  private void start(int clients) throws IOException {
    SharedDirectory.make(root, clients);
    ClientPlan plan = new ClientPlan(root, 0, clients, Cpu.usable()[0], 1, 0, 10_000, false);
    client = new TortureClient(plan, messages::add);
    thread = Thread.ofPlatform().daemon().start(client::run);
    client.order("go");
  }

  @AfterEach
  void endClient() throws InterruptedException {
    client.order("stop");
    client.order("finish");
    assertTrue(thread.join(Duration.ofSeconds(SECONDS)));
  }

  private List<Message> all(Message.Kind kind) {
    return messages.stream().filter(each -> each.kind() == kind).toList();
  }

  @ParameterizedTest
  @EnumSource
  void everySabotageIsNoticed(Sabotage sabotage) throws Exception {
    start(1);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    long wait = FIRST_SABOTAGE_MILLIS;
    while (all(Message.Kind.VIOLATION).isEmpty()) {
      assertTrue(System.nanoTime() < deadline, "nothing was noticed");
      TimeUnit.MILLISECONDS.sleep(wait);
      try {
        sabotage.on(root.resolve("client-0"));
      } catch (IOException notThereJustNow) {
        wait = 1;
        continue;
      }
      // The client begins some files anew: what was done to the old one may have come too late.
      wait = FIRST_SABOTAGE_MILLIS;
    }
    assertEquals(
        sabotage.noticedBy,
        all(Message.Kind.VIOLATION).getFirst().text(0).toLowerCase(Locale.ROOT),
        () -> messages.toString());
  }

  @Test
  void aLockThatAnotherHasLostIsNoticed() throws Exception {
    start(2);
    TimeUnit.SECONDS.sleep(1);
    endClient();
    assertEquals(1, all(Message.Kind.VIOLATION).size(), messages::toString);
    assertTrue(
        all(Message.Kind.VIOLATION).getFirst().text(1).endsWith("client 1 has lost its lock"));
  }

  @Test
  void aSoundDirectoryHasNoViolation() throws Exception {
    start(1);
    TimeUnit.SECONDS.sleep(2);
    endClient();
    assertEquals(List.of(), all(Message.Kind.VIOLATION));
    assertEquals(1, all(Message.Kind.READY).size());
    assertEquals(1, all(Message.Kind.STOPPED).size());
    Message end = all(Message.Kind.ENDED).getFirst();
    assertTrue(end.number(0) > 1000, end::toString);
    assertEquals(end.number(0), Latencies.decode(end.text(1)).getTotalCount());
    TreeSnapshot now = TreeSnapshot.of(root);
    assertEquals(List.of(), now.differences(TreeSnapshot.of(root)));
    Files.setLastModifiedTime(
        root.resolve("client-0/publication-0/published"), FileTime.fromMillis(1));
    assertEquals(1, now.differences(TreeSnapshot.of(root)).size());
  }
}
