package io.ringmount.daemon.cli;

import io.ringmount.channels.Custody;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.Inheritance;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.WakeFile;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.fs.MirrorFileSystem;
import io.ringmount.daemon.fs.MirrorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hand-over from this process to itself on a scratch mount, before one that matters: it shows
 * that this build works on this machine, and everything has been used once.
 *
 * <p>All happens in a view of the mounts that only one thread has, on a file system in memory, so
 * nothing is left whenever the process ends. The requests come from other processes, as a thread
 * that waits for its own process could not end with it.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final long LIMIT_SECONDS = 20;

  /** How often it is asked whether this is still wanted. */
  private static final long GLANCE_MILLIS = 2;

  private static final String CONTENT = "ringmount";

  /** Ends with the content, when everything in between works. */
  private static final String REQUESTS =
      "set -e; cd \"$0\"; ls -l >/dev/null; mkdir d; echo x >d/f; mv d/f d/g; ln d/g d/h;"
          + " chmod 600 d/g; echo y >>d/g; rm d/g d/h; rmdir d; stat "
          + WakeFile.NAME
          + " >/dev/null; "
          // So many that what serves them has been compiled.
          + "mkdir w; seq 200 | split -l 1 -a 3 - w/; ls -l w >/dev/null; cat w/* >/dev/null;"
          + " rm -r w; cat content";

  private final Path directory;
  private final MirrorOptions mirrorOptions;
  private final MountOptions mountOptions;
  private final Map<String, Integer> held = new ConcurrentHashMap<>();

  /**
   * @param directory any, which is covered while the test goes on, for its thread only
   * @param mountOptions as for the mount that matters
   */
  Rehearsal(Path directory, MirrorOptions mirrorOptions, MountOptions mountOptions) {
    this.directory = directory;
    this.mirrorOptions = mirrorOptions;
    this.mountOptions = mountOptions;
  }

  /**
   * Returns when all is well, or no longer of interest; what goes on then ends by itself.
   *
   * @param wanted whether somebody serves, so that there is time for this
   * @throws IOException saying what is not well
   */
  void run(BooleanSupplier wanted) throws IOException, InterruptedException {
    CompletableFuture<Void> test = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("rehearsal").start(() -> handOver(test));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (wanted.getAsBoolean() && !isOver(test)) {
      if (System.nanoTime() > end) {
        IOException late =
            new IOException(
                "the hand-over on a scratch mount did not end within " + LIMIT_SECONDS + " s");
        test.completeExceptionally(late);
        throw late;
      }
    }
    test.complete(null);
  }

  private void handOver(CompletableFuture<Void> test) {
    try {
      handOver();
      test.complete(null);
    } catch (Exception | Error e) {
      if (!test.completeExceptionally(e)) {
        LOG.warn("the hand-over on a scratch mount failed, and nobody waits for it any more", e);
      }
    }
  }

  private static boolean isOver(CompletableFuture<Void> test)
      throws IOException, InterruptedException {
    try {
      test.get(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      throw new IOException(
          "the hand-over on a scratch mount failed: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException goesOn) {
      return false;
    }
  }

  private void handOver() throws IOException, InterruptedException {
    Mounts.unshare();
    forgetMounts();
    Mounts.mount("tmpfs", directory, "tmpfs", Mounts.MS_NOSUID | Mounts.MS_NODEV, "");
    Path source = Files.createDirectory(directory.resolve("source"));
    Path target = Files.createDirectory(directory.resolve("mount"));
    Files.writeString(source.resolve("content"), CONTENT);
    Custody custody = new Memory();
    try (MirrorFileSystem first = new MirrorFileSystem(source, mirrorOptions, custody)) {
      FuseMount before = FuseMount.mount(first, target, mountOptions, custody);
      use(target);
      before.leave();
      before.abandon();
    }
    try (MirrorFileSystem second =
            MirrorFileSystem.resume(source, mirrorOptions, custody, duplicates());
        FuseMount after =
            FuseMount.inherit(second, target, mountOptions, new Inheritance(held), custody)) {
      second.takeOver();
      after.awaitPredecessor(() -> false);
      after.takeOver(new Inheritance(held), false);
      second.predecessorsGone();
      use(target);
    } finally {
      held.values().forEach(FileOps::close);
    }
  }

  /** Else this view would keep mounts alive that are undone meanwhile. The inner ones go first. */
  private static void forgetMounts() throws IOException {
    for (MountEntry each : Mounts.list().reversed()) {
      if (each.fsType().equals(FuseMount.FS_TYPE)) {
        forget(Path.of(each.mountPoint()));
      }
    }
  }

  private static void forget(Path mountpoint) {
    try {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
    } catch (LinuxException covered) {
      LOG.debug("{} stays as long as the rehearsal: {}", mountpoint, covered.getMessage());
    }
  }

  private static void use(Path mountpoint) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", REQUESTS, mountpoint.toString())
            .redirectErrorStream(true)
            .start();
    try (var output = process.inputReader()) {
      String said = output.lines().collect(Collectors.joining("; "));
      if (process.waitFor() != 0 || !said.equals(CONTENT)) {
        throw new IOException("a scratch mount answers: " + said);
      }
    }
  }

  private Map<String, Integer> duplicates() throws LinuxException {
    Map<String, Integer> own = new ConcurrentHashMap<>();
    for (Map.Entry<String, Integer> each : new HashMap<>(held).entrySet()) {
      if (MirrorFileSystem.inherits(each.getKey())) {
        own.put(each.getKey(), duplicate(each.getValue()));
      }
    }
    return own;
  }

  private static int duplicate(int descriptor) throws LinuxException {
    return (int) LinuxException.check(FileOps.dup(descriptor), "dup", "");
  }

  /** Custody that is this process itself. */
  private final class Memory implements Custody {
    @Override
    public void keep(String name, int descriptor) throws IOException {
      close(held.put(name, duplicate(descriptor)));
    }

    @Override
    public void drop(String name) {
      close(held.remove(name));
    }

    private void close(Integer descriptor) {
      if (descriptor != null) {
        FileOps.close(descriptor);
      }
    }
  }
}
