package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.wire.OpenFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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

  /** Opens and perhaps reads; whether the kernel is to keep the pages that it has. */
  private boolean opensWithPages(long node, boolean andReads) {
    Answer.OfOpen open = mirror.open(node, FileFlags.O_RDWR);
    if (andReads) {
      mirror.read(node, open.handle(), 0, 10).assertDone();
    }
    mirror.release(node, open.handle()).assertDone();
    return (open.openFlags() & OpenFlags.KEEP_CACHE) != 0;
  }

  @Test
  void pagesAreKeptFromOpenToOpenWhileTheFileIsTheSame() throws Exception {
    Path file = Files.writeString(source.resolve("dir/file"), "0123456789");
    long node = mirror.lookup(directory, "file").node();
    assertFalse(opensWithPages(node, true));
    assertFalse(opensWithPages(node, true), "may have changed in the same tick");
    Thread.sleep(3_500);
    assertFalse(opensWithPages(node, false));
    assertFalse(opensWithPages(node, false), "nobody read: the kernel may not have dropped any");
    assertFalse(opensWithPages(node, true));
    assertTrue(opensWithPages(node, true));
    assertTrue(opensWithPages(node, false));
    FileTime before = Files.getLastModifiedTime(file);
    Files.writeString(file, "9876543210");
    Files.setLastModifiedTime(file, before);
    assertFalse(opensWithPages(node, true), "changed behind the mount, and hidden");
    Thread.sleep(3_500);
    assertFalse(opensWithPages(node, true));
    assertTrue(opensWithPages(node, true));
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    mirror.write(node, handle, 0, "x", false).written();
    assertFalse(opensWithPages(node, true), "changed through the mount");
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
