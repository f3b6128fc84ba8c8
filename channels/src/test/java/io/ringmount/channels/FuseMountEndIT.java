package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.Mounts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a mount ends: closed, unmounted or aborted, in use or not. */
class FuseMountEndIT extends MountTest {
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void whoHasAFileOpenIsServedForAWhileAndThenGetsErrors(TransportKind kind) throws Exception {
    Map<String, Integer> before = MountFixture.descriptors();
    FuseMount mount = mount(new HelloFileSystem(), kind);
    int fd = FileOps.open(directory.resolve("hello"), FileFlags.O_RDONLY);
    Thread closer = null;
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(4096, 8).address();
      closer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  mount.close(800);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      for (int i = 0; i < 1_000 && !MountFixture.mountsAt(directory).isEmpty(); i++) {
        Thread.sleep(1);
      }
      assertEquals(List.of(), MountFixture.mountsAt(directory));
      assertEquals(0, statx(fd, FileOps.EMPTY_PATH, buffer));
      assertTrue(closer.isAlive());
      closer.join();
      long result = statx(fd, FileOps.EMPTY_PATH, buffer);
      assertTrue(result == -Errno.ENOTCONN || result == -Errno.ECONNABORTED, "got " + result);
    } finally {
      FileOps.close(fd);
      if (closer != null) {
        closer.join();
      }
      mount.close();
      mount.close();
    }
    MountFixture.assertNoChannelThreads();
    assertEquals(before, MountFixture.descriptors());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void whoeverIsDoneWithItsFileEndsTheGraceEarly(TransportKind kind) throws Exception {
    FuseMount mount = mount(new HelloFileSystem(), kind);
    int fd = FileOps.open(directory.resolve("hello"), FileFlags.O_RDONLY);
    Thread user =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Thread.sleep(300);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              } finally {
                FileOps.close(fd);
              }
            });
    long begin = System.nanoTime();
    mount.close();
    assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(5));
    user.join();
  }

  /** A reply may come when the mount is long gone: its memory has to be there still. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void closingWaitsForTheLastReplyOfTheFileSystem(TransportKind kind) throws Exception {
    List<Reply> held = new ArrayList<>();
    FileSystem hello = new HelloFileSystem();
    FileSystem holding =
        new FileSystem() {
          @Override
          public void lookup(Request request, long parent, Name name, EntryReply reply) {
            hello.lookup(request, parent, name, reply);
          }

          @Override
          public void getattr(Request request, long node, long handle, AttributesReply reply) {
            hello.getattr(request, node, handle, reply);
          }

          @Override
          public void read(
              Request request, long node, long handle, long offset, int size, DataReply reply) {
            synchronized (held) {
              held.add(reply);
              held.notifyAll();
            }
          }
        };
    FuseMount mount = mount(holding, kind);
    Thread reader =
        Thread.ofPlatform()
            .start(() ->
                assertThrows(
                    IOException.class, () -> Files.readAllBytes(directory.resolve("hello"))));
    synchronized (held) {
      while (held.isEmpty()) {
        held.wait();
      }
    }
    Thread replier =
        Thread.ofPlatform()
            .start(() -> {
              try {
                // The users get their errors after 200 ms; the file system does not know.
                Thread.sleep(700);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              held.forEach(Reply::done);
            });
    mount.close(200);
    assertFalse(replier.isAlive());
    reader.join();
    replier.join();
  }

  /** The kernel gives the number of a connection that has ended to the next one. */
  @Test
  void closingDoesNotAbortTheMountThatGotItsNumber(@TempDir Path elsewhere) throws Exception {
    CompletableFuture<Reply> held = new CompletableFuture<>();
    FileSystem slowToRelease = new SlowToRelease(held);
    FuseMount first = mount(slowToRelease, TransportKind.URING);
    assertArrayEquals(HELLO, Files.readAllBytes(directory.resolve("hello")));
    Reply release = held.get(10, TimeUnit.SECONDS);
    Mounts.umount(directory, 0);
    try (FuseMount second =
        FuseMount.mount(new HelloFileSystem(), elsewhere, MountOptions.of("second"))) {
      Thread replier =
          Thread.ofPlatform()
              .start(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700));
                release.done();
              });
      first.close(100);
      replier.join();
      assertArrayEquals(HELLO, Files.readAllBytes(elsewhere.resolve("hello")));
      // It shows nothing when another process has mounted something just then.
      Assumptions.assumeTrue(first.connectionId() == second.connectionId(), "another number");
    }
  }

  /** As {@link HelloFileSystem}, but the end of an open file is answered by the test. */
  private record SlowToRelease(CompletableFuture<Reply> held) implements FileSystem {
    private static final FileSystem HELLO_FS = new HelloFileSystem();

    @Override
    public void lookup(Request request, long parent, Name name, EntryReply reply) {
      HELLO_FS.lookup(request, parent, name, reply);
    }

    @Override
    public void getattr(Request request, long node, long handle, AttributesReply reply) {
      HELLO_FS.getattr(request, node, handle, reply);
    }

    @Override
    public void open(
        Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
      reply.open().handle(1);
      reply.done();
    }

    @Override
    public void read(
        Request request, long node, long handle, long offset, int size, DataReply reply) {
      HELLO_FS.read(request, node, handle, offset, size, reply);
    }

    @Override
    public void release(Request request, long node, long handle, Reply reply) {
      held.complete(reply);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void anUnmountBySomebodyElseEndsTheWait(TransportKind kind) throws Exception {
    Map<String, Integer> before = MountFixture.descriptors();
    try (FuseMount mount = mount(new HelloFileSystem(), kind)) {
      assertFalse(mount.awaitEnd(Duration.ofMillis(20)));
      Mounts.umount(directory, 0);
      assertTrue(mount.awaitEnd(Duration.ofSeconds(10)));
    }
    assertEquals(before, MountFixture.descriptors());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void aMountWhoseConnectionWasAbortedIsStillTakenAway(TransportKind kind) throws Exception {
    FuseMount mount = mount(new HelloFileSystem(), kind);
    new FuseConnection(mount.connectionId()).abort();
    assertTrue(mount.awaitEnd(Duration.ofSeconds(10)));
    assertEquals(1, MountFixture.mountsAt(directory).size());
    mount.close();
    assertEquals(0, MountFixture.mountsAt(directory).size());
  }

  @Test
  void aMountOfSomebodyElseAtTheSamePlaceIsLeftAlone() throws Exception {
    FuseMount first = mount(new HelloFileSystem(), TransportKind.DEVICE);
    Mounts.umount(directory, 0);
    try (FuseMount second = mount(new HelloFileSystem(), TransportKind.URING)) {
      first.close();
      assertEquals(TransportKind.URING, second.transport());
      assertArrayEquals(HELLO, Files.readAllBytes(directory.resolve("hello")));
    }
  }
}
