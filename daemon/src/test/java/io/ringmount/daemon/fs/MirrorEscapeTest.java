package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing outside the source is shown or changed, whatever happens inside it. */
@Timeout(60)
class MirrorEscapeTest {
  private static final int ROUNDS = 4000;

  @TempDir Path directory;
  private Path source;
  private Path outside;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    source = Files.createDirectory(directory.resolve("source"));
    outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("file"), "outside");
    mirror = new Mirror(source);
  }

  @AfterEach
  void close() throws Exception {
    mirror.close();
    assertEquals("outside", Files.readString(outside.resolve("file")));
    try (var left = Files.list(outside)) {
      assertEquals(1, left.count(), "something was made outside");
    }
  }

  @Test
  void linkToTheOutsideIsALinkAndNothingElse() throws Exception {
    Files.createSymbolicLink(source.resolve("dir"), outside);
    Files.createSymbolicLink(source.resolve("file"), outside.resolve("file"));
    Answer.OfLookup found = mirror.lookup(Mirror.ROOT, "dir");
    assertEquals(FileFlags.S_IFLNK, found.attributes().mode() & FileFlags.S_IFMT);
    long link = found.node();
    mirror.lookup(link, "file").assertErrno(Errno.ENOTDIR);
    mirror.create(Mirror.ROOT_USER, link, "n", 0600, FileFlags.O_RDWR).assertErrno(Errno.ENOTDIR);
    mirror.mkdir(Mirror.ROOT_USER, link, "n", 0700).assertErrno(Errno.ENOTDIR);
    mirror.unlink(link, "file").assertErrno(Errno.ENOTDIR);
    mirror.rename(link, "file", Mirror.ROOT, "stolen", 0).assertErrno(Errno.ENOTDIR);
    mirror.opendir(link).assertErrno(Errno.ENOTDIR);
    int flags = FileFlags.O_RDWR | FileFlags.O_TRUNC;
    mirror.open(mirror.node("file"), flags).assertErrno(Errno.ELOOP);
    mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "file", 0600, flags).assertErrno(Errno.ELOOP);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 0})
  void nodeMeansItsFileAlsoWhenTheNameIsALinkNow(int budget) throws Exception {
    try (Mirror tight = new Mirror(source, Mirror.withBudget(budget))) {
      Files.writeString(source.resolve("file"), "inside");
      Files.createDirectory(source.resolve("dir"));
      Files.writeString(source.resolve("dir/file"), "inside");
      long file = tight.node("file");
      long dir = tight.node("dir");
      Files.move(source.resolve("file"), source.resolve("moved"));
      Files.move(source.resolve("dir"), source.resolve("movedDir"));
      Files.createSymbolicLink(source.resolve("file"), outside.resolve("file"));
      Files.createSymbolicLink(source.resolve("dir"), outside);
      assertEquals("inside", tight.content(file));
      assertEquals("inside", tight.content(tight.lookup(dir, "file").node()));
      tight.setattr(file, new Mirror.Change().size(0).mode(0)).assertDone();
      assertNotEquals(file, tight.node("file"));
    }
  }

  /** A directory changes places with a link to the outside, as fast as it can. */
  @ParameterizedTest
  @ValueSource(ints = {1000, 0})
  void directoryThatKeepsTurningIntoALinkNeverShowsTheOutside(int budget) throws Exception {
    Path inside = Files.createDirectory(source.resolve("dir"));
    Files.writeString(inside.resolve("file"), "inside");
    Files.createSymbolicLink(source.resolve("link"), outside);
    AtomicBoolean stop = new AtomicBoolean();
    int found = 0;
    try (Mirror tight = new Mirror(source, Mirror.withBudget(budget));
        Mirror swapping = new Mirror(source)) {
      Thread swapper =
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  swapping
                      .rename(Mirror.ROOT, "dir", Mirror.ROOT, "link", FileFlags.RENAME_EXCHANGE)
                      .assertDone();
                }
              });
      try {
        for (int i = 0; i < ROUNDS; i++) {
          found += tryToEscape(tight) ? 1 : 0;
        }
      } finally {
        stop.set(true);
        swapper.join();
      }
      assertTrue(found > 0 && found < ROUNDS, found + " of " + ROUNDS + ": there was no race");
      assertEquals(1, tight.fs.knownInodes());
    }
  }

  /** Uses the name as a directory with a file in it; whether it was one. */
  private static boolean tryToEscape(Mirror mirror) {
    Answer.OfLookup directory = mirror.lookup(Mirror.ROOT, "dir");
    long node = directory.node();
    boolean isDirectory = (directory.attributes().mode() & FileFlags.S_IFMT) == FileFlags.S_IFDIR;
    Answer.OfLookup file = mirror.lookup(node, "file");
    if (isDirectory) {
      assertEquals("inside", mirror.content(file.node()));
      mirror.fs.forget(file.node(), 1);
      Answer.OfEntry created =
          mirror.create(Mirror.ROOT_USER, node, "new", 0600, FileFlags.O_WRONLY);
      mirror.release(created.node(), created.handle()).assertDone();
      mirror.fs.forget(created.node(), 1);
      mirror.unlink(node, "new").assertDone();
    } else {
      file.assertErrno(Errno.ENOTDIR);
      mirror
          .create(Mirror.ROOT_USER, node, "new", 0600, FileFlags.O_WRONLY)
          .assertErrno(Errno.ENOTDIR);
    }
    mirror.fs.forget(node, 1);
    return isDirectory;
  }

  @Test
  void listingDoesNotFollowLinksToTheOutside() throws Exception {
    Files.createSymbolicLink(source.resolve("link"), outside.resolve("file"));
    long handle = mirror.opendir(Mirror.ROOT).handle();
    for (Answer.Listed each : mirror.readdir(Mirror.ROOT, handle, 0, true, 4096).entries) {
      if (each.name().equals("link")) {
        assertEquals(FileFlags.S_IFLNK, each.mode() & FileFlags.S_IFMT);
        assertEquals(outside.resolve("file").toString().length(), each.size());
      }
    }
  }
}
