package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class MirrorDirectoryTest {
  private static final int FILES = 1500;

  @TempDir Path source;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    mirror = new Mirror(source);
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  private List<Answer.Listed> list(long node, long handle, boolean plus, int capacity) {
    List<Answer.Listed> all = new ArrayList<>();
    long cookie = 0;
    while (true) {
      Answer.OfDirectory part = mirror.readdir(node, handle, cookie, plus, capacity);
      part.assertDone();
      if (part.entries.isEmpty()) {
        return all;
      }
      all.addAll(part.entries);
      cookie = all.getLast().cookie();
    }
  }

  private Set<String> makeFiles() throws Exception {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < FILES; i++) {
      String name = "f" + i + "x".repeat(i % 200);
      names.add(name);
      Files.createFile(source.resolve(name));
    }
    names.add(".");
    names.add("..");
    return names;
  }

  @ParameterizedTest
  @CsvSource({
    "false, 600",
    "false, 4096",
    "false, 1048576",
    "true, 600",
    "true, 4096",
    "true, 1048576"
  })
  void listsEveryNameOnceWhateverTheRoom(boolean plus, int capacity) throws Exception {
    Set<String> names = makeFiles();
    long handle = mirror.opendir(Mirror.ROOT).handle();
    for (int round = 0; round < 2; round++) {
      List<Answer.Listed> listed = list(Mirror.ROOT, handle, plus, capacity);
      assertEquals(names.size(), listed.size());
      assertEquals(names, new TreeSet<>(listed.stream().map(Answer.Listed::name).toList()));
    }
  }

  @Test
  void continuesFromAnyCookie() throws Exception {
    makeFiles();
    long handle = mirror.opendir(Mirror.ROOT).handle();
    List<Answer.Listed> all = list(Mirror.ROOT, handle, false, 1 << 20);
    for (int i : new int[] {0, 700, 3, all.size() - 2, 1}) {
      Answer.Listed next =
          mirror.readdir(Mirror.ROOT, handle, all.get(i).cookie(), false, 600).entries.getFirst();
      assertEquals(all.get(i + 1), next);
    }
  }

  @Test
  void entriesCarryInodeAndType() throws Exception {
    Files.createDirectory(source.resolve("dir"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("x"));
    long handle = mirror.opendir(Mirror.ROOT).handle();
    long rootInode = (long) Files.getAttribute(source, "unix:ino");
    for (Answer.Listed each : list(Mirror.ROOT, handle, false, 4096)) {
      int type = each.mode() & FileFlags.S_IFMT;
      assertEquals(0, each.node());
      switch (each.name()) {
        case ".", ".." -> {
          assertEquals(rootInode, each.inode(), "the root has nothing above it");
          assertEquals(FileFlags.S_IFDIR, type);
        }
        case "dir" -> assertEquals(FileFlags.S_IFDIR, type);
        default -> assertEquals(FileFlags.S_IFLNK, type);
      }
    }
    assertEquals(1, mirror.fs.knownInodes());
  }

  @Test
  void parentOfASubdirectoryIsItsParent() throws Exception {
    Files.createDirectory(source.resolve("dir"));
    long directory = mirror.node("dir");
    long handle = mirror.opendir(directory).handle();
    for (Answer.Listed each : list(directory, handle, false, 4096)) {
      Path real = each.name().equals("..") ? source : source.resolve("dir");
      assertEquals(Files.getAttribute(real, "unix:ino"), each.inode());
    }
  }

  @Test
  void attributesCountOneLookupForEachEntryAdded() throws Exception {
    for (int i = 0; i < 100; i++) {
      Files.writeString(source.resolve("file" + i), "x".repeat(i));
    }
    long handle = mirror.opendir(Mirror.ROOT).handle();
    List<Answer.Listed> listed = list(Mirror.ROOT, handle, true, 1024);
    assertEquals(101, mirror.fs.knownInodes());
    for (Answer.Listed each : listed) {
      if (each.name().startsWith(".")) {
        assertEquals(0, each.node());
      } else {
        assertEquals(each.size(), Integer.parseInt(each.name().substring(4)));
        mirror.fs.forget(each.node(), 1);
      }
    }
    assertEquals(1, mirror.fs.knownInodes());
    assertEquals(0, mirror.fs.ignoredForgets());
  }

  @Test
  void newEntriesShowAfterRewinding() throws Exception {
    long handle = mirror.opendir(Mirror.ROOT).handle();
    assertEquals(2, list(Mirror.ROOT, handle, false, 4096).size());
    Files.createFile(source.resolve("later"));
    assertEquals(3, list(Mirror.ROOT, handle, false, 4096).size());
  }

  @Test
  void errors() throws Exception {
    Files.createFile(source.resolve("file"));
    long node = mirror.node("file");
    long file = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.readdir(node, file, 0, false, 4096).assertErrno(Errno.ENOTDIR);
    long directory = mirror.opendir(Mirror.ROOT).handle();
    mirror.readdir(node, directory, 0, false, 4096).assertErrno(Errno.EBADF);
    mirror.readdir(Mirror.ROOT, directory, 0, false, 16).assertErrno(Errno.EINVAL);
    Answer.OfSync synced = new Answer.OfSync();
    mirror.fs.fsyncdir(Mirror.ROOT_USER, Mirror.ROOT, directory, false, synced);
    synced.assertDone();
    Answer released = new Answer();
    mirror.fs.releasedir(Mirror.ROOT_USER, Mirror.ROOT, directory, released);
    released.assertDone();
    mirror.readdir(Mirror.ROOT, directory, 0, false, 4096).assertErrno(Errno.EBADF);
    assertTrue(mirror.fs.openHandles() == 1);
  }

  @Test
  void listingOfARemovedDirectoryIsEmpty() throws Exception {
    Files.createDirectory(source.resolve("dir"));
    long directory = mirror.node("dir");
    long handle = mirror.opendir(directory).handle();
    Files.delete(source.resolve("dir"));
    Answer.OfDirectory part = mirror.readdir(directory, handle, 0, true, 4096);
    assertEquals(true, part.errno() == 0 || part.errno() == Errno.ENOENT);
    assertEquals(List.of(), part.entries);
  }
}
