package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.Name;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several channels at once, in one process or two. */
@Timeout(120)
class MirrorSuccessionConcurrencyTest {
  private static final int THREADS = 4;
  private static final int FILES = 16;

  @TempDir Path source;

  private static void inParallel(Callable<?> work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(work));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  private static long node(MirrorFileSystem fs, String name) {
    Answer.OfLookup found = new Answer.OfLookup();
    fs.lookup(Mirror.ROOT_USER, Mirror.ROOT, Name.of(name), found);
    return found.node();
  }

  @ParameterizedTest
  @CsvSource({"1000, false", "5, false", "0, false", "1000, true", "5, true", "0, true"})
  void countsEndAtZeroAndNoRecordIsLost(int budget, boolean resumed) throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
    }
    try (Mirror mirror = Mirror.replaceable(source, Mirror.withBudget(budget))) {
      long[] before = new long[FILES];
      if (resumed) {
        for (int i = 0; i < FILES; i++) {
          before[i] = mirror.node("file" + i);
        }
        mirror.crash();
      }
      inParallel(() -> {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < 10_000; i++) {
          int number = random.nextInt(FILES);
          long node = mirror.node("file" + number);
          if (random.nextInt(8) == 0) {
            assertEquals("content " + number, mirror.content(node));
          }
          mirror.fs.forget(node, 1);
        }
        return null;
      });
      for (int i = 0; i < FILES && resumed; i++) {
        assertEquals(before[i], mirror.node("file" + i));
        mirror.fs.forget(before[i], 2);
      }
      assertEquals(1, mirror.fs.knownInodes());
      assertEquals(0, mirror.fs.ignoredForgets());
      assertEquals(0, mirror.fs.descriptorsHeld());
      mirror.crash();
      assertEquals(1, mirror.fs.knownInodes());
      Map<String, Integer> inherited = mirror.vault.inheritance();
      FileOps.close(inherited.get("node-1"));
      try (RecordTable handles = HandleTable.adopt(inherited.get("handles"));
          NodeTable nodes = NodeTable.adopt(inherited.get("nodes"))) {
        Set<Long> used = new HashSet<>();
        nodes.records().scan(used::add);
        handles.scan(used::add);
        assertEquals(Set.of(Mirror.ROOT), used);
      }
    }
  }

  @Test
  void filesOpenWhileTheyAreRemovedAreNotLost() throws Exception {
    try (Mirror mirror = Mirror.replaceable(source, Mirror.OPTIONS)) {
      for (int round = 0; round < 300; round++) {
        Files.writeString(source.resolve("file"), "content");
        long node = mirror.node("file");
        List<Long> handles = new ArrayList<>();
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
          Future<?> removal = other.submit(() -> mirror.unlink(Mirror.ROOT, "file").assertDone());
          handles.add(mirror.open(node, FileFlags.O_RDONLY).handle());
          removal.get();
        }
        assertTrue(mirror.vault.has(node));
        handles.forEach(handle -> mirror.release(node, handle).assertDone());
        mirror.fs.forget(node, 1);
      }
    }
  }

  @Test
  void requestsGoOnWhileTheProcessIsReplaced() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
    }
    try (Mirror mirror = Mirror.replaceable(source, Mirror.OPTIONS)) {
      MirrorFileSystem old = mirror.fs;
      MirrorFileSystem standby = mirror.standby();
      try (ExecutorService predecessor = Executors.newSingleThreadExecutor()) {
        Future<?> draining =
            predecessor.submit(() -> {
              for (int i = 0; i < 20_000; i++) {
                old.forget(node(old, "file" + i % FILES), 1);
              }
            });
        mirror.handOver(standby);
        inParallel(() -> {
          for (int i = 0; i < 10_000; i++) {
            int number = ThreadLocalRandom.current().nextInt(FILES);
            long node = mirror.node("file" + number);
            if (i % 8 == 0) {
              assertEquals("content " + number, mirror.content(node));
            }
            mirror.fs.forget(node, 1);
          }
          return null;
        });
        draining.get();
      }
      mirror.fs.predecessorsGone();
      assertEquals(0, mirror.fs.ignoredForgets());
      assertEquals(0, old.ignoredForgets());
      assertEquals(1, mirror.fs.knownInodes());
    }
  }

  /** It cannot tell what is given into custody meanwhile from what predecessors gave. */
  @Test
  void whatPredecessorsLeftIsClearedUpWhileItServes() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
    }
    try (Mirror mirror =
        Mirror.replaceable(source, Mirror.withBudget(1), Source.Pretence.NO_HANDLES)) {
      Map<String, Integer> inherited = mirror.vault.inheritance();
      mirror.handOver(mirror.standby(inherited));
      AtomicBoolean done = new AtomicBoolean();
      try (ExecutorService other = Executors.newSingleThreadExecutor()) {
        Future<?> clearing =
            other.submit(() -> {
              while (!done.get()) {
                mirror
                    .vault
                    .inheritance()
                    .forEach((name, fd) -> {
                      if (inherited.putIfAbsent(name, fd) != null) {
                        FileOps.close(fd);
                      }
                    });
                mirror.fs.predecessorsGone();
              }
            });
        try {
          inParallel(() -> {
            for (int i = 0; i < 3_000; i++) {
              int number = ThreadLocalRandom.current().nextInt(FILES);
              long node = mirror.node("file" + number);
              assertTrue(mirror.vault.has(node), "lost");
              assertEquals("content " + number, mirror.content(node));
              mirror.fs.forget(node, 1);
            }
            return null;
          });
        } finally {
          done.set(true);
        }
        clearing.get();
      }
      mirror.fs.predecessorsGone();
      assertEquals(1, mirror.fs.knownInodes());
      assertEquals(0, mirror.fs.ignoredForgets());
    }
  }

  @Test
  void descriptorsOfTheProcessStayFew() throws Exception {
    try (Mirror mirror = Mirror.replaceable(source, Mirror.OPTIONS)) {
      long before = FileOps.dup(0);
      FileOps.close((int) before);
      for (int i = 0; i < 20; i++) {
        mirror.crash();
      }
      long after = FileOps.dup(0);
      FileOps.close((int) after);
      assertTrue(after < before + 20, "from " + before + " to " + after);
    }
  }
}
