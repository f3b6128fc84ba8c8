package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several channels at once. */
@Timeout(120)
class MirrorConcurrencyTest {
  private static final int THREADS = 4;
  private static final int FILES = 16;

  @TempDir Path source;

  private void makeFiles() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
    }
  }

  private static <T> List<T> inParallel(Callable<T> work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(each.get());
      }
      return results;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 5, 0})
  void lookupsOfANewFileAtOnceEndWithOneNode(int budget) throws Exception {
    makeFiles();
    try (Mirror mirror = new Mirror(source, Mirror.withBudget(budget))) {
      for (int round = 0; round < 300; round++) {
        String name = "file" + round % FILES;
        CyclicBarrier together = new CyclicBarrier(THREADS);
        List<Long> nodes =
            inParallel(() -> {
              together.await();
              return mirror.node(name);
            });
        assertEquals(1, nodes.stream().distinct().count(), "nodes of one file: " + nodes);
        assertEquals(2, mirror.fs.knownInodes());
        mirror.fs.forget(nodes.getFirst(), THREADS);
        assertEquals(1, mirror.fs.knownInodes());
      }
      assertEquals(0, mirror.fs.ignoredForgets());
      assertEquals(0, mirror.fs.descriptorsHeld());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 5, 0})
  void lookupsAndForgetsOfTheSameNamesBalance(int budget) throws Exception {
    makeFiles();
    try (Mirror mirror = new Mirror(source, Mirror.withBudget(budget))) {
      inParallel(() -> {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < 15_000; i++) {
          int number = random.nextInt(FILES);
          long node = mirror.node("file" + number);
          if (random.nextInt(8) == 0) {
            // While this thread has a lookup the node stays and means this file.
            assertEquals("content " + number, mirror.content(node));
            assertEquals(node, mirror.node("file" + number));
            mirror.fs.forget(node, 1);
          }
          mirror.fs.forget(node, 1);
        }
        return null;
      });
      assertEquals(1, mirror.fs.knownInodes());
      assertEquals(0, mirror.fs.openHandles());
      assertEquals(0, mirror.fs.descriptorsHeld());
      assertEquals(0, mirror.fs.ignoredForgets());
      assertEquals(2, mirror.descriptors(), "only the root is open");
    }
  }

  /** What a hostile kernel could do: forget nodes, release handles in use, guess numbers. */
  @Test
  void wrongForgetsAndReleasesNeverShowAnotherFile() throws Exception {
    makeFiles();
    AtomicBoolean stop = new AtomicBoolean();
    try (Mirror mirror = new Mirror(source)) {
      try (ExecutorService hostile = Executors.newSingleThreadExecutor()) {
        Future<?> attack =
            hostile.submit(() -> {
              ThreadLocalRandom random = ThreadLocalRandom.current();
              long newest = 2;
              while (!stop.get()) {
                long node = mirror.node("file" + random.nextInt(FILES));
                newest = Math.max(newest, node);
                mirror.fs.forget(node, 1 + random.nextInt(4));
                long victim = random.nextLong(Math.max(2, newest - 50), newest + 1);
                mirror.fs.forget(victim, 1);
              }
            });
        try {
          inParallel(() -> {
            int served = 0;
            for (int i = 0; i < 8_000; i++) {
              int number = ThreadLocalRandom.current().nextInt(FILES);
              served += useWhileForgotten(mirror, number) ? 1 : 0;
            }
            assertTrue(served > 0);
            return null;
          });
        } finally {
          stop.set(true);
          attack.get();
        }
      }
    }
  }

  private static boolean useWhileForgotten(Mirror mirror, int number) {
    long node = mirror.node("file" + number);
    Answer.OfAttributes attributes = mirror.getattr(node);
    if (attributes.errno() != 0) {
      assertEquals(Errno.ESTALE, attributes.errno());
    }
    Answer.OfOpen opened = mirror.open(node, FileFlags.O_RDONLY);
    if (opened.errno() != 0) {
      assertEquals(Errno.ESTALE, opened.errno());
      return false;
    }
    Answer.OfData read = mirror.read(node, opened.handle(), 0, 100);
    assertEquals("content " + number, read.text());
    mirror.release(node, opened.handle()).assertDone();
    mirror.fs.forget(node, 1);
    return true;
  }

  @Test
  void releaseDoesNotCloseUnderAnOperation() throws Exception {
    makeFiles();
    try (Mirror mirror = new Mirror(source)) {
      long node = mirror.node("file0");
      for (int i = 0; i < 500; i++) {
        long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        inParallel(() -> {
          together.await();
          for (int j = 0; j < 20; j++) {
            Answer.OfData read = mirror.read(node, handle, 0, 100);
            if (read.errno() == 0) {
              assertEquals("content 0", read.text());
            } else {
              read.assertErrno(Errno.EBADF);
            }
            if (j == 10) {
              mirror.release(node, handle);
              mirror.open(mirror.node("file1"), FileFlags.O_RDONLY).assertDone();
            }
          }
          return null;
        });
      }
    }
  }

  @Test
  void filesComeAndGoBehindTheMount() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    try (Mirror mirror = new Mirror(source);
        ExecutorService behind = Executors.newSingleThreadExecutor()) {
      Future<?> changes =
          behind.submit(() -> {
            for (int i = 0; !stop.get(); i++) {
              Path file = source.resolve("file" + i % 3);
              Files.deleteIfExists(file);
              Files.writeString(file, file.getFileName().toString());
            }
            return null;
          });
      try {
        inParallel(() -> {
          for (int i = 0; i < 10_000; i++) {
            String name = "file" + i % 3;
            Answer.OfLookup found = mirror.lookup(Mirror.ROOT, name);
            if (found.errno() == 0) {
              String content = mirror.content(found.node());
              assertTrue(content.isEmpty() || content.equals(name), content);
              mirror.fs.forget(found.node(), 1);
            } else {
              found.assertErrno(Errno.ENOENT);
            }
          }
          return null;
        });
      } finally {
        stop.set(true);
        changes.get();
      }
      assertEquals(1, mirror.fs.knownInodes());
      assertEquals(0, mirror.fs.descriptorsHeld());
      assertEquals(0, mirror.fs.ignoredForgets());
    }
  }
}
