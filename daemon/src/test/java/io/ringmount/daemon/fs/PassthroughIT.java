package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.TransportKind;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.daemon.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that the kernel reads and writes by itself. */
@RequiresFuse
@Timeout(60)
class PassthroughIT {
  private static final MirrorOptions OPTIONS =
      new MirrorOptions(Mirror.SECOND, Mirror.SECOND, 0, false, PassedThrough.SOURCE, 1000);

  @TempDir Path work;
  private Path source;
  private Path mountpoint;
  private Programs programs;
  private MirrorFileSystem fs;
  private FuseMount mount;

  /** On a tmpfs, whose free space is nobody else's. */
  private void mount(TransportKind transport) throws IOException {
    programs = new Programs(work.resolve("run"));
    source = Files.createDirectory(work.resolve("source"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    Mounts.mount("tmpfs", source, "tmpfs", 0, "size=256m");
    fs = new MirrorFileSystem(source, OPTIONS);
    mount =
        FuseMount.mount(fs, mountpoint, MountOptions.builder("test").transport(transport).build());
  }

  @AfterEach
  void unmount() throws IOException {
    if (mount != null) {
      mount.close();
    }
    if (fs != null) {
      fs.close();
    }
    for (Path each : new Path[] {mountpoint, source}) {
      while (Mounts.find(each).isPresent()) {
        Mounts.umount(each, Mounts.MNT_DETACH);
      }
    }
  }

  private long transfers() throws IOException {
    return mount.metrics().total().operation(Opcode.READ).requests()
        + mount.metrics().total().operation(Opcode.WRITE).requests();
  }

  private String run(Path directory, String script) throws Exception {
    Programs.Outcome outcome = programs.script("set -e; cd \"$1\"; " + script, directory);
    assertEquals(0, outcome.code(), outcome::toString);
    return outcome.out();
  }

  /** Runs a script on a plain directory and on the mount, where it must do the same. */
  private long comparedTransfers(String script) throws Exception {
    Path plain = Files.createDirectories(work.resolve("plain"));
    long before = transfers();
    assertEquals(run(plain, script), run(mountpoint, script));
    return transfers() - before;
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportKind.class,
      names = {"URING", "DEVICE"})
  void nothingThatIsReadOrWrittenReachesTheDaemon(TransportKind transport) throws Exception {
    mount(transport);
    String script =
        """
        seq 100000 > f; md5sum < f; stat -c %s f; echo tail >> f; stat -c %s f
        printf middle | dd of=f bs=1 seek=4000 conv=notrunc status=none; md5sum < f
        truncate -s 5000 f; stat -c %s f; md5sum < f; truncate -s 9000 f; md5sum < f
        exec 3<>f 4>>f 5<f; echo appended >&4; stat -c %s f; echo start >&3; cat <&5 | md5sum
        rm f; echo more >&4; cat /proc/self/fd/5 | md5sum
        exec 3>&- 4>&- 5>&-; ls
        """;
    assertEquals(0, comparedTransfers(script));
  }

  @Test
  void deletedFilesGiveTheirSpaceBack() throws Exception {
    mount(TransportKind.AUTO);
    String free = "stat -f -c %f .";
    String before = run(source, free);
    run(
        mountpoint,
        "head -c 50m /dev/zero > f; exec 3<f 4<f; rm f; head -c 50m /dev/zero | cmp -"
            + " /proc/self/fd/4");
    Thread.sleep(100); // RELEASE is sent after the close.
    assertEquals(before, run(source, free));
  }

  @Test
  void whoeverOpenedItFirstAnotherUsersWriteTakesSetUserId() throws Exception {
    mount(TransportKind.AUTO);
    comparedTransfers(
        """
        echo x > f; chmod 666 f; exec 3>>f; echo y >&3; chmod u+s f; stat -c %a f
        setpriv --reuid 12345 --clear-groups sh -c 'echo z >&3'; stat -c %a f; cat f
        """);
  }

  @Test
  void filesWithSetUserIdAreWrittenByTheDaemon() throws Exception {
    mount(TransportKind.AUTO);
    String script =
        """
        echo x > f; chmod u+s f; exec 3>>f 4<f; echo y >&3; stat -c %a f; cat <&4
        """;
    assertNotEquals(0, comparedTransfers(script));
    // Who opens it now has it as those have it who opened it before.
    String mixed =
        """
        echo x > g; chmod u+s g; exec 3>>g; chmod u-s g; cat g; echo y >&3; cat g
        exec 3>&-; cat g
        """;
    assertNotEquals(0, comparedTransfers(mixed));
  }
}
