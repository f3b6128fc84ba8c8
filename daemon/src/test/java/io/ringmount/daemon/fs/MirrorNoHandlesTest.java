package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backend without file handles: every file that the kernel knows needs a descriptor. */
@Timeout(30)
class MirrorNoHandlesTest {
  private static final int CACHED = 2;
  private static final int MOST = 4;

  @TempDir Path source;
  private Mirror mirror;
  private long[] nodes;

  @BeforeEach
  void fill() throws Exception {
    for (int i = 0; i <= MOST; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
    }
    mirror = new Mirror(source, new DescriptorBudget(CACHED, MOST), Source.Pretence.NO_HANDLES);
    nodes = new long[MOST];
    for (int i = 0; i < MOST; i++) {
      nodes[i] = mirror.node("file" + i);
    }
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.fs.descriptorsHeld());
    assertEquals(0, mirror.descriptors());
  }

  @Test
  void filesBeyondTheLimitAreRefusedAndTheOthersServed() {
    mirror.lookup(Mirror.ROOT, "file4").assertErrno(Errno.ENFILE);
    assertEquals(MOST, mirror.fs.descriptorsHeld());
    assertEquals(MOST + 1, mirror.fs.knownInodes());
    for (int i = 0; i < MOST; i++) {
      assertEquals(nodes[i], mirror.node("file" + i));
      assertEquals("content " + i, mirror.content(nodes[i]));
    }
    mirror.fs.forget(nodes[0], 2);
    assertEquals("content 4", mirror.content(mirror.node("file4")));
    mirror.lookup(Mirror.ROOT, "file0").assertErrno(Errno.ENFILE);
  }

  @Test
  void nothingIsMadeThatCouldNotBeAnswered() {
    mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).assertErrno(Errno.ENFILE);
    mirror
        .create(Mirror.ROOT_USER, Mirror.ROOT, "new", 0644, FileFlags.O_RDWR)
        .assertErrno(Errno.ENFILE);
    assertFalse(Files.exists(source.resolve("dir")));
    assertFalse(Files.exists(source.resolve("new")));
  }

  @Test
  void listingShowsEveryNameAllTheSame() {
    long handle = mirror.opendir(Mirror.ROOT).handle();
    var listed = mirror.readdir(Mirror.ROOT, handle, 0, true, 4096);
    listed.assertDone();
    assertEquals(MOST + 3, listed.entries.size());
    var unknown =
        listed.entries.stream().filter(each -> each.name().equals("file4")).findAny().orElseThrow();
    assertEquals(0, unknown.node());
  }
}
