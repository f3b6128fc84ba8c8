package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountChecksTest {
  @TempDir private Path temp;
  private Path source;
  private Path mountpoint;
  private MountTable mounts;
  private MountChecks checks;

  @BeforeEach
  void makeDirectories() throws IOException {
    temp = temp.toRealPath();
    source = Files.createDirectories(temp.resolve("source"));
    mountpoint = Files.createDirectories(temp.resolve("mount"));
    mounts = new MountTable(new RunRoot(temp.resolve("run")), false);
    checks = new MountChecks(mounts);
  }

  @Test
  void directoriesApartAreFine() {
    assertDoesNotThrow(() -> MountChecks.apart(source, mountpoint));
    assertDoesNotThrow(() -> MountChecks.apart(source, temp.resolve("mount")));
  }

  @Test
  void directoriesThatContainEachOtherAreRefused() throws IOException {
    Path inside = Files.createDirectories(source.resolve("a/b"));
    assertThrows(CommandFailure.class, () -> MountChecks.apart(source, source));
    assertThrows(CommandFailure.class, () -> MountChecks.apart(source, inside));
    assertThrows(CommandFailure.class, () -> MountChecks.apart(inside, source));
  }

  @Test
  void namesThatOnlyBeginAlikeAreApart() throws IOException {
    Path longer = Files.createDirectories(temp.resolve("source2"));
    assertDoesNotThrow(() -> MountChecks.apart(source, longer));
  }

  @Test
  void linksAreFollowed() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("source"));
    assertEquals(source, checks.source(link));
    assertEquals(source, checks.mountpoint(link));
    Path chain = Files.createSymbolicLink(temp.resolve("chain"), link);
    assertEquals(source, MountPaths.resolve(mounts, chain));
    assertEquals(source, MountPaths.resolve(mounts, mountpoint.resolve("../link/.")));
  }

  @Test
  void linksInACircleAreAnError() throws IOException {
    Path one = Files.createSymbolicLink(temp.resolve("one"), Path.of("two"));
    Files.createSymbolicLink(temp.resolve("two"), Path.of("one"));
    assertThrows(IOException.class, () -> MountPaths.resolve(mounts, one));
  }

  @Test
  void whatIsNoDirectoryIsRefusedInOneLine() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    Path absent = temp.resolve("absent");
    for (Path each : new Path[] {file, absent}) {
      CommandFailure asSource = assertThrows(CommandFailure.class, () -> checks.source(each));
      CommandFailure asMountpoint =
          assertThrows(CommandFailure.class, () -> checks.free(checks.mountpoint(each)));
      assertEquals(1, asSource.lines().size());
      assertEquals(1, asMountpoint.lines().size());
      assertEquals(CommandFailure.FAILED, asSource.exitCode());
      assertTrue(asMountpoint.getMessage().contains(each.toString()));
    }
  }
}
