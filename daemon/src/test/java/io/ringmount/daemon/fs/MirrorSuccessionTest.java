package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.Name;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process ends and another one goes on where it was. */
@Timeout(60)
class MirrorSuccessionTest {
  private static final int BUDGET = 1000;

  @TempDir Path source;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    mirror = Mirror.replaceable(source, Mirror.withBudget(BUDGET));
  }

  @AfterEach
  void close() {
    assertEquals(0, mirror.fs.ignoredRecords());
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  private long file(String name, String content) throws Exception {
    Files.writeString(source.resolve(name), content);
    return mirror.node(name);
  }

  // ---- nodes -----------------------------------------------------------------------------------

  @Test
  void nodesAndTheirLookupsGoOn() throws Exception {
    long node = file("file", "content");
    assertEquals(node, mirror.node("file"));
    mirror.crash();
    assertEquals(2, mirror.fs.knownInodes());
    assertEquals(7, mirror.getattr(node).attributes().size());
    assertEquals(node, mirror.node("file"), "a second node for one file");
    mirror.crash();
    assertEquals("content", mirror.content(node));
    mirror.fs.forget(node, 2);
    assertEquals(2, mirror.fs.knownInodes());
    mirror.fs.forget(node, 1);
    assertEquals(1, mirror.fs.knownInodes());
    assertEquals(0, mirror.fs.ignoredForgets());
    mirror.getattr(node).assertErrno(Errno.ESTALE);
    mirror.crash();
    assertEquals(1, mirror.fs.knownInodes());
    mirror.getattr(node).assertErrno(Errno.ESTALE);
    assertNotEquals(node, mirror.node("file"), "a node number was used again");
  }

  @Test
  void recordsOfForgottenNodesAreUsedAgain() throws Exception {
    long index = TableLayout.INDEX_MASK;
    long node = file("file", "content");
    mirror.fs.forget(node, 1);
    mirror.crash();
    long again = mirror.node("file");
    assertEquals(node & index, again & index);
    mirror.crash();
    mirror.fs.forget(node, 1);
    assertEquals(1, mirror.fs.ignoredForgets());
    assertEquals("content", mirror.content(again));
  }

  @Test
  void everythingIsReachedByHandleAndGetsItsDescriptorBack() throws Exception {
    long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).node();
    long link = mirror.symlink(Mirror.ROOT_USER, directory, "link", "target").node();
    long file = file("file", "content");
    mirror.crash();
    assertEquals(0, mirror.fs.descriptorsHeld(), "opened before it was needed");
    assertEquals("target", mirror.readlink(link).text());
    assertEquals(link, mirror.lookup(directory, "link").node());
    assertEquals(file, mirror.node("file"));
    mirror.setattr(file, new Mirror.Change().size(3).mode(0600)).assertDone();
    assertEquals("con", mirror.content(file));
    assertEquals(3, mirror.fs.descriptorsHeld());
    mirror.rename(Mirror.ROOT, "file", directory, "moved", 0).assertDone();
    assertEquals(file, mirror.lookup(directory, "moved").node());
    assertEquals(file, mirror.link(file, Mirror.ROOT, "second").node());
    mirror.create(Mirror.ROOT_USER, directory, "new", 0600, FileFlags.O_RDWR).assertDone();
    mirror.fs.forget(file, 4);
    mirror.fs.forget(link, 2);
    assertEquals(2, mirror.fs.descriptorsHeld(), "the directory's and the new file's");
  }

  @Test
  void fileThatIsReplacedBehindTheMountIsANewNode() throws Exception {
    long node = file("file", "old");
    mirror.crash();
    for (int i = 0; i < 20; i++) {
      Files.delete(source.resolve("file"));
      Files.writeString(source.resolve("file"), "new");
    }
    assertNotEquals(node, mirror.node("file"));
    mirror.getattr(node).assertErrno(Errno.ESTALE);
  }

  @Test
  void sourceMayHaveMovedButMustBeTheSame() throws Exception {
    long node = file("file", "content");
    Map<String, Integer> without = mirror.vault.inheritance();
    FileOps.close(without.remove(NodeCustody.name(Mirror.ROOT)));
    Path other = Files.createDirectory(source.resolve("other"));
    IOException refused =
        assertThrows(
            IOException.class,
            () -> MirrorFileSystem.resume(other, Mirror.OPTIONS, mirror.vault, without));
    assertTrue(refused.getMessage().contains("not the directory"), refused.getMessage());
    assertEquals(Map.of(), without);
    assertEquals("content", mirror.content(node));
  }

  // ---- open handles ----------------------------------------------------------------------------

  @Test
  void openFilesGoOnWithTheirFlags() throws Exception {
    long node = file("file", "0123456789");
    long reading = mirror.open(node, FileFlags.O_RDONLY).handle();
    long appending = mirror.open(node, FileFlags.O_WRONLY | FileFlags.O_APPEND).handle();
    Answer.OfEntry made =
        mirror.create(
            Mirror.ROOT_USER,
            Mirror.ROOT,
            "made",
            0400,
            FileFlags.O_RDWR | FileFlags.O_EXCL | FileFlags.O_TRUNC);
    mirror.write(made.node(), made.handle(), 0, "kept", false).assertDone();
    mirror.crash();
    assertEquals(3, mirror.fs.openHandles());
    assertEquals("123", mirror.read(node, reading, 1, 3).text());
    mirror.write(node, reading, 0, "x", false).assertErrno(Errno.EBADF);
    mirror.write(node, appending, 0, "END", false).assertDone();
    assertEquals("0123456789END", Files.readString(source.resolve("file")));
    mirror.write(made.node(), made.handle(), 4, " too", false).assertDone();
    assertEquals("kept too", mirror.read(made.node(), made.handle(), 0, 99).text());
    mirror.flush(node, appending).assertDone();
    mirror.fsync(made.node(), made.handle(), true).assertDone();
    long later = mirror.open(node, FileFlags.O_RDONLY).handle();
    assertEquals(4, Set.of(reading, appending, made.handle(), later).size());
    for (long handle : new long[] {reading, appending, later}) {
      mirror.release(node, handle).assertDone();
    }
    mirror.crash();
    assertEquals(1, mirror.fs.openHandles());
    mirror.read(node, reading, 0, 1).assertErrno(Errno.EBADF);
    mirror.release(made.node(), made.handle()).assertDone();
    mirror.release(made.node(), made.handle()).assertErrno(Errno.EBADF);
  }

  @Test
  void listingsGoOnFromTheirCookie() throws Exception {
    Set<String> names = new TreeSet<>(Set.of(".", ".."));
    for (int i = 0; i < 100; i++) {
      Files.createFile(source.resolve("file" + i));
      names.add("file" + i);
    }
    long handle = mirror.opendir(Mirror.ROOT).handle();
    Set<String> listed = new TreeSet<>();
    long cookie = 0;
    List<Answer.Listed> part;
    int count = 0;
    do {
      part = mirror.readdir(Mirror.ROOT, handle, cookie, count % 2 == 0, 1024).entries;
      for (Answer.Listed each : part) {
        assertTrue(listed.add(each.name()), "listed twice: " + each.name());
        cookie = each.cookie();
      }
      if (count++ % 3 == 0) {
        mirror.crash();
      }
    } while (!part.isEmpty());
    assertEquals(names, listed);
    mirror.release(Mirror.ROOT, handle).assertDone();
  }

  // ---- files without a name --------------------------------------------------------------------

  @Test
  void unlinkedFileStaysOpen() throws Exception {
    long node = file("file", "content");
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    mirror.unlink(Mirror.ROOT, "file").assertDone();
    for (int i = 0; i < 3; i++) {
      mirror.crash();
      assertEquals("content", mirror.read(node, handle, 0, 99).text());
      mirror.write(node, handle, 0, "CONTENT".substring(0, i), false).assertDone();
      mirror.write(node, handle, 0, "content", false).assertDone();
      assertEquals(0, mirror.getattr(node).attributes().links());
      assertEquals(7, mirror.getattr(node, handle).attributes().size());
    }
    long second = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.crash();
    assertEquals("content", mirror.read(node, second, 0, 99).text());
    assertTrue(mirror.vault.has(node));
    mirror.release(node, handle).assertDone();
    mirror.release(node, second).assertDone();
    mirror.fs.forget(node, 1);
    assertFalse(mirror.vault.has(node));
    assertEquals(0, mirror.fs.descriptorsHeld());
  }

  @Test
  void fileThatARenameReplacesStaysOpen() throws Exception {
    long replaced = file("replaced", "old");
    file("by", "new");
    long handle = mirror.open(replaced, FileFlags.O_RDONLY).handle();
    mirror.rename(Mirror.ROOT, "by", Mirror.ROOT, "replaced", 0).assertDone();
    mirror.crash();
    assertEquals("old", mirror.read(replaced, handle, 0, 99).text());
    assertEquals("new", mirror.content(mirror.node("replaced")));
  }

  @Test
  void onlyWhatLosesItsLastNameInUseIsKept() throws Exception {
    long closed = file("closed", "");
    long linked = file("linked", "");
    mirror.link(linked, Mirror.ROOT, "link").assertDone();
    mirror.open(linked, FileFlags.O_RDONLY).assertDone();
    long exchanged = file("exchanged", "");
    mirror.open(exchanged, FileFlags.O_RDONLY).assertDone();
    mirror.unlink(Mirror.ROOT, "closed").assertDone();
    mirror.unlink(Mirror.ROOT, "linked").assertDone();
    mirror
        .rename(Mirror.ROOT, "link", Mirror.ROOT, "exchanged", FileFlags.RENAME_EXCHANGE)
        .assertDone();
    assertEquals(Set.of("handles", "node-1", "nodes"), mirror.vault.names());
    mirror.open(closed, FileFlags.O_RDONLY).assertDone();
    assertEquals(Set.of("handles", "node-" + closed, "node-1", "nodes"), mirror.vault.names());
    mirror.crash();
    assertEquals("", mirror.content(closed));
  }

  @Test
  void removedDirectoryIsStillThereForWhoStandsInIt() throws Exception {
    long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0750).node();
    mirror.rmdir(Mirror.ROOT, "dir").assertDone();
    mirror.crash();
    assertEquals(FileFlags.S_IFDIR | 0750, mirror.getattr(directory).attributes().mode());
    mirror.lookup(directory, "none").assertErrno(Errno.ENOENT);
    long handle = mirror.opendir(directory).handle();
    assertEquals(List.of(), mirror.readdir(directory, handle, 0, false, 4096).entries);
    mirror.release(directory, handle).assertDone();
    mirror.fs.forget(directory, 1);
    assertFalse(mirror.vault.has(directory));
  }

  @Test
  void removalGoesOnWhenCustodyFails() throws Exception {
    long node = file("file", "content");
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.vault.refuses = true;
    mirror.unlink(Mirror.ROOT, "file").assertDone();
    mirror.vault.refuses = false;
    assertEquals("content", mirror.read(node, handle, 0, 99).text());
    mirror.crash();
    mirror.read(node, handle, 0, 99).assertErrno(Errno.ESTALE);
  }

  @Test
  void whatCustodyLostIsGivenAgain() throws Exception {
    long node = file("file", "content");
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.unlink(Mirror.ROOT, "file").assertDone();
    for (int i = 0; i < 2; i++) {
      Set<String> names = mirror.vault.names();
      mirror.vault.close();
      assertEquals(Set.of(), mirror.vault.names());
      mirror.fs.keepAgain();
      assertEquals(names, mirror.vault.names());
      mirror.crash();
    }
    assertEquals("content", mirror.read(node, handle, 0, 99).text());
  }

  // ---- while both run --------------------------------------------------------------------------

  @Test
  void standbyLearnsWhatHappensMeanwhile() throws Exception {
    long ended = file("ended", "x");
    long stays = file("stays", "y");
    long closed = mirror.open(stays, FileFlags.O_RDONLY).handle();
    MirrorFileSystem standby = mirror.standby();
    assertEquals(3, standby.knownInodes());
    mirror.fs.forget(ended, 1);
    mirror.release(stays, closed).assertDone();
    long fresh = file("fresh", "z");
    long opened = mirror.open(fresh, FileFlags.O_RDWR).handle();
    mirror.unlink(Mirror.ROOT, "fresh").assertDone();
    MirrorFileSystem old = mirror.handOver(standby);
    assertEquals(3, mirror.fs.knownInodes());
    assertEquals(1, mirror.fs.openHandles());
    assertEquals("z", mirror.read(fresh, opened, 0, 9).text(), "its descriptor pins the file");
    assertEquals(stays, mirror.node("stays"));
    mirror.getattr(ended).assertErrno(Errno.ESTALE);
    mirror.read(stays, closed, 0, 1).assertErrno(Errno.EBADF);
    assertEquals(1, old.openHandles());
  }

  @Test
  void standbyLearnsOfMoreThanIsKept() throws Exception {
    MirrorFileSystem standby = mirror.standby();
    long gone = file("gone", "");
    long node = file("file", "content");
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    for (int i = 0; i < TableLayout.RING_COUNT; i++) {
      mirror.fs.forget(file("other", ""), 1);
      mirror.release(node, mirror.open(node, FileFlags.O_RDONLY).handle()).assertDone();
    }
    mirror.fs.forget(gone, 1);
    mirror.handOver(standby);
    assertEquals(2, mirror.fs.knownInodes());
    assertEquals(1, mirror.fs.openHandles());
    assertEquals("content", mirror.read(node, handle, 0, 99).text());
  }

  @Test
  void whatADrainingPredecessorMakesIsFound() throws Exception {
    MirrorFileSystem old = mirror.handOver(mirror.standby());
    Answer.OfEntry late = new Answer.OfEntry();
    old.create(Mirror.ROOT_USER, Mirror.ROOT, Name.of("late"), 0600, FileFlags.O_RDWR, false, late);
    assertEquals(3, mirror.write(late.node(), late.handle(), 0, "abc", false).written());
    assertEquals(late.node(), mirror.node("late"));
    mirror.fs.forget(late.node(), 2);
    assertEquals(0, mirror.fs.ignoredForgets());
    assertEquals(1, mirror.fs.knownInodes());
  }

  @Test
  void bothTakeRecordsWithoutGivingOneTwice() throws Exception {
    MirrorFileSystem old = mirror.handOver(mirror.standby());
    Set<Long> nodes = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      Files.createFile(source.resolve("new" + i));
      Files.createFile(source.resolve("old" + i));
      Answer.OfLookup found = new Answer.OfLookup();
      old.lookup(Mirror.ROOT_USER, Mirror.ROOT, Name.of("old" + i), found);
      long mine = mirror.node("new" + i);
      assertTrue(nodes.add(found.node()) && nodes.add(mine));
      if (i % 3 == 0) {
        mirror.fs.forget(found.node(), 1);
        old.forget(mine, 1);
        assertTrue(nodes.remove(found.node()) && nodes.remove(mine));
      }
    }
    mirror.fs.predecessorsGone();
    assertEquals(nodes.size() + 1, mirror.fs.knownInodes());
    for (long node : nodes) {
      mirror.getattr(node).assertDone();
    }
  }
}
