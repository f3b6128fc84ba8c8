package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many descriptors the mirror holds, and how files beyond the budget are served. */
@Timeout(60)
class MirrorDescriptorsTest {
  private static final int BUDGET = 4;
  private static final int FILES = 100;

  /** The root, once with O_PATH and once for file handles. */
  private static final int OF_ROOT = 2;

  @TempDir Path source;

  private long[] lookUpAll(Mirror mirror) {
    long[] nodes = new long[FILES];
    for (int i = 0; i < FILES; i++) {
      nodes[i] = mirror.node("file" + i);
    }
    return nodes;
  }

  private void makeFiles() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
    }
  }

  private void assumeHandles() throws Exception {
    makeFiles();
    try (Mirror mirror = new Mirror(source, Mirror.withBudget(0))) {
      mirror.node("file0");
      assumeTrue(mirror.fs.descriptorsHeld() == 0, "no file handles here");
    }
  }

  @Test
  void filesBeyondTheBudgetAreServedWithoutDescriptors() throws Exception {
    assumeHandles();
    try (Mirror mirror = new Mirror(source, Mirror.withBudget(BUDGET))) {
      long[] nodes = lookUpAll(mirror);
      assertEquals(BUDGET, mirror.fs.descriptorsHeld());
      assertEquals(BUDGET + OF_ROOT, mirror.descriptors());
      assertEquals(FILES + 1, mirror.fs.knownInodes());
      for (int i = 0; i < FILES; i++) {
        assertEquals("content " + i, mirror.content(nodes[i]));
        assertEquals(nodes[i], mirror.node("file" + i), "a second node for one file");
        assertEquals(("content " + i).length(), mirror.getattr(nodes[i]).attributes().size());
      }
      for (int i = 0; i < FILES; i++) {
        mirror.fs.forget(nodes[i], 2);
      }
      assertEquals(1, mirror.fs.knownInodes());
      assertEquals(0, mirror.fs.descriptorsHeld());
      assertEquals(OF_ROOT, mirror.descriptors());
      assertEquals(0, mirror.fs.ignoredForgets());
    }
  }

  @Test
  void everyOperationWorksWithoutDescriptors() throws Exception {
    assumeHandles();
    try (Mirror mirror = new Mirror(source, Mirror.withBudget(0))) {
      long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).node();
      Answer.OfEntry made =
          mirror.create(Mirror.ROOT_USER, directory, "new", 0644, FileFlags.O_RDWR);
      mirror.write(made.node(), made.handle(), 0, "text", false).assertDone();
      mirror.release(made.node(), made.handle()).assertDone();
      Mirror.Change change =
          new Mirror.Change().size(2).mode(0600).uid(5).accessTime(1, 2).modificationTime(3, 4);
      assertEquals(4, mirror.setattr(made.node(), change).attributes().modificationTimeNanos());
      assertEquals("te", mirror.content(made.node()));
      assertEquals(made.node(), mirror.link(made.node(), Mirror.ROOT, "second").node());
      mirror.rename(directory, "new", Mirror.ROOT, "third", 0).assertDone();
      assertEquals(made.node(), mirror.node("third"));
      long link = mirror.symlink(Mirror.ROOT_USER, directory, "link", "target").node();
      assertEquals("target", mirror.readlink(link).text());
      assertEquals(6, mirror.setattr(link, new Mirror.Change().uid(6)).attributes().uid());
      mirror.link(link, directory, "link2").assertDone();
      mirror.statfs(directory).assertDone();
      long handle = mirror.opendir(directory).handle();
      assertEquals(4, mirror.readdir(directory, handle, 0, true, 4096).entries.size());
      mirror.release(directory, handle).assertDone();
      mirror.unlink(directory, "link").assertDone();
      mirror.unlink(directory, "link2").assertDone();
      mirror.rmdir(Mirror.ROOT, "dir").assertDone();
      assertEquals(0, mirror.fs.descriptorsHeld());
      assertEquals(OF_ROOT, mirror.descriptors(), "an operation left a descriptor open");
    }
  }

  @Test
  void reusedInodeNumberIsANewNode() throws Exception {
    assumeHandles();
    try (Mirror mirror = new Mirror(source, Mirror.withBudget(0))) {
      Path file = source.resolve("again");
      boolean reused = false;
      for (int i = 0; i < 200 && !reused; i++) {
        Files.writeString(file, "old");
        long old = mirror.node("again");
        Object number = Files.getAttribute(file, "unix:ino");
        Files.delete(file);
        Files.writeString(file, "new");
        reused = number.equals(Files.getAttribute(file, "unix:ino"));
        long fresh = mirror.node("again");
        assertNotEquals(old, fresh);
        assertEquals("new", mirror.content(fresh));
        mirror.open(old, FileFlags.O_RDONLY).assertErrno(Errno.ESTALE);
        mirror.getattr(old).assertErrno(Errno.ESTALE);
        mirror.fs.forget(old, 1);
        assertEquals(fresh, mirror.node("again"), "forgetting the old one lost the new one");
        mirror.fs.forget(fresh, 2);
        Files.delete(file);
      }
      assertEquals(1, mirror.fs.knownInodes());
      assumeTrue(reused, "this file system does not reuse inode numbers soon");
    }
  }

  @Test
  void forgetOfMoreThanCountedIsIgnored() throws Exception {
    makeFiles();
    try (Mirror mirror = new Mirror(source)) {
      long node = mirror.node("file0");
      mirror.fs.forget(node, 2);
      mirror.fs.forget(node, -1);
      mirror.fs.forget(node, 0);
      mirror.fs.forget(node + 1, 1);
      assertEquals(4, mirror.fs.ignoredForgets());
      assertEquals("content 0", mirror.content(node));
      mirror.fs.forget(Mirror.ROOT, 1000);
      assertEquals(node, mirror.node("file0"));
    }
  }

  @Test
  void closeReleasesEverything() throws Exception {
    makeFiles();
    Mirror mirror = new Mirror(source, Mirror.withBudget(BUDGET));
    long[] nodes = lookUpAll(mirror);
    mirror.open(nodes[0], FileFlags.O_RDONLY).assertDone();
    mirror.open(nodes[FILES - 1], FileFlags.O_RDONLY).assertDone();
    mirror.close();
    assertEquals(0, mirror.descriptors());
    assertEquals(0, mirror.fs.descriptorsHeld());
  }
}
