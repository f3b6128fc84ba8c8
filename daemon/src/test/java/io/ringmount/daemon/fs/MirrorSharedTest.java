package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backend that others write to: only directories may be pinned by a descriptor. */
@Timeout(30)
class MirrorSharedTest {
  private static final int BUDGET = 100;

  @TempDir Path source;
  private Mirror mirror;
  private long directory;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(source.resolve("dir"));
    mirror = new Mirror(source, new DescriptorBudget(BUDGET, BUDGET), Source.Pretence.SHARED);
    Files.writeString(source.resolve("probe"), "");
    long probe = mirror.node("probe");
    assumeTrue(mirror.fs.descriptorsHeld() == 0, "no file handles here");
    mirror.fs.forget(probe, 1);
    directory = mirror.node("dir");
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors());
  }

  @Test
  void directoriesAloneKeepDescriptors() {
    assertEquals(1, mirror.fs.descriptorsHeld());
    mirror.create(Mirror.ROOT_USER, directory, "f", 0644, FileFlags.O_RDWR).assertDone();
    mirror.symlink(Mirror.ROOT_USER, directory, "l", "target").assertDone();
    mirror.mknod(Mirror.ROOT_USER, directory, "p", FileFlags.S_IFIFO | 0600, 0).assertDone();
    assertEquals(1, mirror.fs.descriptorsHeld());
  }

  @Test
  void filesAreServedByTheirHandles() throws Exception {
    Files.writeString(source.resolve("dir/file"), "content");
    long node = mirror.lookup(directory, "file").node();
    assertEquals(node, mirror.lookup(directory, "file").node());
    assertEquals("content", mirror.content(node));
    Mirror.Change change =
        new Mirror.Change().size(2).mode(0600).uid(5).accessTime(1, 2).modificationTime(3, 4);
    assertEquals(2, mirror.setattr(node, change).attributes().size());
    assertEquals(5, mirror.getattr(node).attributes().uid());
    assertEquals(node, mirror.link(node, Mirror.ROOT, "second").node());
    long link = mirror.symlink(Mirror.ROOT_USER, directory, "link", "target").node();
    assertEquals("target", mirror.readlink(link).text());
    mirror.statfs(node).assertDone();
  }

  @Test
  void removedFileIsGoneForGoodUnlessItIsOpen() throws Exception {
    Files.writeString(source.resolve("dir/file"), "content");
    long node = mirror.lookup(directory, "file").node();
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.unlink(directory, "file").assertDone();
    assertEquals(0, mirror.getattr(node).attributes().links());
    assertEquals("content", mirror.read(node, handle, 0, 100).text());
    mirror.release(node, handle).assertDone();
    mirror.getattr(node).assertErrno(Errno.ESTALE);
    Files.writeString(source.resolve("dir/file"), "another");
    assertNotEquals(node, mirror.lookup(directory, "file").node());
  }
}
