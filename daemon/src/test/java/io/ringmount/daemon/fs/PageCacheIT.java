package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.Custody;
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
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel keeps in its page cache from one opening to the next. */
@RequiresFuse
@Timeout(60)
class PageCacheIT {
  /** Longer than {@link ContentVersion} mistrusts a file. */
  private static final long SETTLED_MILLIS = 4_100;

  private static final int SIZE = 1 << 20;

  @TempDir Path work;
  private Path source;
  private Path mountpoint;
  private Programs programs;
  private MirrorFileSystem fs;
  private FuseMount mount;

  @BeforeEach
  void prepare() throws IOException {
    programs = new Programs(work.resolve("run"));
    source = Files.createDirectory(work.resolve("source"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    Files.write(source.resolve("file"), new byte[SIZE]);
    Files.write(source.resolve("other"), new byte[SIZE]);
  }

  @AfterEach
  void unmount() throws IOException {
    if (mount != null) {
      mount.close();
      fs.close();
    }
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH);
    }
  }

  private void mount(TransportKind transport, Set<Source.Pretence> pretences) throws IOException {
    Source opened = new Source(source, new DescriptorBudget(1000, 10_000), pretences);
    fs = new MirrorFileSystem(opened, Mirror.OPTIONS, Custody.NONE);
    MountOptions options = MountOptions.builder("test").transport(transport).build();
    mount = FuseMount.mount(fs, mountpoint, options);
  }

  /** Runs a script on the mount; returns how many reads reached the file system. */
  private long reads(String script) throws Exception {
    long before = reads();
    Programs.Outcome outcome = programs.script("cd \"$1\"; " + script, mountpoint);
    assertEquals(0, outcome.code(), outcome::toString);
    return reads() - before;
  }

  private long reads() throws IOException {
    return mount.metrics().total().operation(Opcode.READ).requests();
  }

  /** Changes the backend behind the mount. */
  private void behind(String script) throws Exception {
    Programs.Outcome outcome = programs.script("cd \"$1\"; " + script, source);
    assertEquals(0, outcome.code(), outcome::toString);
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportKind.class,
      names = {"URING", "DEVICE"})
  void pagesStayUntilTheBackendsFileChanges(TransportKind transport) throws Exception {
    Thread.sleep(SETTLED_MILLIS);
    mount(transport, Set.of(Source.Pretence.SHARED));
    assertNotEquals(0, reads("cat file >/dev/null"));
    assertEquals(0, reads("cat file >/dev/null; md5sum file >/dev/null"));
    assertNotEquals(0, reads("cat other >/dev/null"));

    // As long as before, with the times of before: only the time of change tells.
    behind(
        "touch -r file times; printf x | dd of=file conv=notrunc status=none;"
            + " touch -r times file");
    assertNotEquals(0, reads("test \"$(head -c 1 file)\" = x"));
    // So lately changed, it is read again at each opening.
    assertNotEquals(0, reads("test \"$(head -c 1 file)\" = x"));
    behind("printf y | dd of=file conv=notrunc status=none");
    assertNotEquals(0, reads("test \"$(head -c 1 file)\" = y"));
    assertEquals(0, reads("cat other >/dev/null"));
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportKind.class,
      names = {"URING", "DEVICE"})
  void aLocalBackendIsReadAnewAtEachOpening(TransportKind transport) throws Exception {
    Thread.sleep(SETTLED_MILLIS);
    mount(transport, Set.of());
    assertNotEquals(0, reads("cat file >/dev/null"));
    assertNotEquals(0, reads("cat file >/dev/null"));
    assertTrue(reads("cat other >/dev/null") > 0);
  }
}
