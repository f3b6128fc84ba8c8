package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.Name;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.TransportKind;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel says of nodes, and what follows from it. */
@RequiresFuse
@Timeout(60)
class LookupAuditIT {
  private static final String[] KINDS = {"file", "directory", "link", "pipe"};
  private static final long REPLY_MILLIS = 100;

  @TempDir Path work;
  private Path mountpoint;
  private Programs programs;

  @BeforeEach
  void prepare() throws Exception {
    programs = new Programs(work.resolve("run"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    Files.createDirectory(work.resolve("source"));
    run("cd \"$1\"; echo content > file; mkdir directory; ln -s file link; mkfifo pipe", "source");
  }

  @AfterEach
  void unmount() throws Exception {
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH);
    }
  }

  private void run(String script, String directory) throws Exception {
    Programs.Outcome outcome = programs.script(script, work.resolve(directory));
    assertEquals(0, outcome.code(), outcome::toString);
  }

  /** A lookup that nobody is told of, as one that was counted by a process that was killed. */
  private static long lookup(MirrorFileSystem fs, String name) {
    Answer.OfLookup found = new Answer.OfLookup();
    fs.lookup(Mirror.ROOT_USER, Mirror.ROOT, Name.of(name), found);
    return found.node();
  }

  private static int errno(MirrorFileSystem fs, long node) {
    Answer.OfAttributes answer = new Answer.OfAttributes();
    fs.getattr(Mirror.ROOT_USER, node, FileSystem.NO_HANDLE, answer);
    return answer.errno();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited for too long");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Steps with enough time in between. */
  private static int steps(LookupAudit audit, FuseMount mount) throws InterruptedException {
    int ended = 0;
    for (int i = 0; i < 3; i++) {
      ended += audit.step(mount::knows);
      TimeUnit.MILLISECONDS.sleep(REPLY_MILLIS);
    }
    return ended;
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportKind.class,
      names = {"URING", "DEVICE"})
  void nodesThatTheKernelHasForgottenEnd(TransportKind transport) throws Exception {
    MountOptions options = MountOptions.builder("test").transport(transport).build();
    try (MirrorFileSystem fs = new MirrorFileSystem(work.resolve("source"), Mirror.OPTIONS);
        FuseMount mount = FuseMount.mount(fs, mountpoint, options)) {
      LookupAudit audit = fs.lookupAudit();
      run("cd \"$1\"; stat file directory link", "mount");
      long[] nodes = new long[KINDS.length];
      for (int i = 0; i < KINDS.length; i++) {
        nodes[i] = lookup(fs, KINDS[i]);
        // The pipe's is the lost one.
        assertEquals(!KINDS[i].equals("pipe"), mount.knows(nodes[i]), KINDS[i]);
      }
      assertTrue(mount.knows(Mirror.ROOT));

      audit.doubtAll();
      assertEquals(1, steps(audit, mount));
      assertEquals(Errno.ESTALE, errno(fs, nodes[3]));
      assertEquals(4, fs.knownInodes());

      run("cd \"$1\"; cat file; rm file link; rmdir directory", "mount");
      for (int i = 0; i < 3; i++) {
        long node = nodes[i];
        await(() -> !mount.knows(node));
      }
      int[] ended = new int[1];
      await(() -> {
        try {
          ended[0] += steps(audit, mount);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        return ended[0] == 3;
      });
      assertEquals(1, fs.knownInodes());
      assertEquals(0, fs.descriptorsHeld());
      assertEquals(0, fs.ignoredForgets());
    }
  }
}
