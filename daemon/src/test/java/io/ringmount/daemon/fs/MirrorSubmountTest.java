package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.wire.Attributes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other file systems are mounted inside the source, with the same inode numbers in each. */
@Timeout(30)
class MirrorSubmountTest {
  private static final List<String> NAMES = List.of("one", "two");

  @TempDir Path source;
  private final List<Path> mounted = new ArrayList<>();
  private Mirror mirror;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "mounting needs root");
    for (String name : NAMES) {
      Path target = Files.createDirectory(source.resolve(name));
      try {
        Mounts.mount("ringmount-test", target, "tmpfs", 0, "size=1m");
      } catch (LinuxException e) {
        assumeTrue(false, e.getMessage());
      }
      mounted.add(target);
      Files.writeString(target.resolve("file"), name);
      Files.createLink(target.resolve("link"), target.resolve("file"));
    }
    assertEquals(number("one/file"), number("two/file"), "this test shows nothing");
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
  }

  @AfterEach
  void unmount() throws Exception {
    if (mirror != null) {
      mirror.close();
    }
    for (Path each : mounted) {
      Mounts.umount(each, Mounts.MNT_DETACH);
    }
  }

  private long number(String path) throws Exception {
    return (long) Files.getAttribute(source.resolve(path), "unix:ino");
  }

  private Attributes attributes(String path) {
    return mirror.getattr(mirror.node(path)).attributes();
  }

  @Test
  void filesOfDifferentDevicesHaveDifferentNumbers() throws Exception {
    assertEquals(number("."), mirror.getattr(Mirror.ROOT).attributes().inode());
    assertNotEquals(attributes("one/file").inode(), attributes("two/file").inode());
    assertNotEquals(attributes("one").inode(), attributes("two").inode());
    for (String name : NAMES) {
      Attributes file = attributes(name + "/file");
      assertEquals(2, file.links());
      assertEquals(file.inode(), attributes(name + "/link").inode(), "a hard link no more");
      Answer.OfLookup entry = mirror.lookup(mirror.node(name), "file");
      assertEquals(file.inode(), entry.attributes().inode());
      assertEquals(name, mirror.content(entry.node()));
    }
  }

  @Test
  void listingsShowTheSameNumbersAsTheAttributes() {
    for (String name : NAMES) {
      long directory = mirror.node(name);
      long handle = mirror.opendir(directory).handle();
      for (boolean plus : new boolean[] {false, true}) {
        for (Answer.Listed each : mirror.readdir(directory, handle, 0, plus, 4096).entries) {
          if (!each.name().startsWith(".")) {
            assertEquals(attributes(name + "/" + each.name()).inode(), each.inode());
          }
        }
      }
    }
    long handle = mirror.opendir(Mirror.ROOT).handle();
    for (Answer.Listed each : mirror.readdir(Mirror.ROOT, handle, 0, true, 4096).entries) {
      if (NAMES.contains(each.name())) {
        assertEquals(attributes(each.name()).inode(), each.inode());
      }
    }
  }

  @Test
  void filesAndTheirNumbersStayWhenTheProcessIsReplaced() throws Exception {
    long[] nodes = new long[NAMES.size()];
    long[] numbers = new long[NAMES.size()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = mirror.node(NAMES.get(i) + "/file");
      numbers[i] = mirror.getattr(nodes[i]).attributes().inode();
    }
    for (int round = 0; round < 2; round++) {
      mirror.crash();
      // In the other order, so that the devices are seen in another order as well.
      for (int i = nodes.length - 1; i >= 0; i--) {
        assertEquals(NAMES.get(i), mirror.content(nodes[i]));
        assertEquals(numbers[i], mirror.getattr(nodes[i]).attributes().inode());
        assertEquals(nodes[i], mirror.node(NAMES.get(i) + "/link"));
      }
    }
  }
}
