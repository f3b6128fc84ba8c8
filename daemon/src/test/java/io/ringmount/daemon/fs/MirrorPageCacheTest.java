package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** When the kernel is told to keep the pages it has of a file that is opened. */
@Timeout(60)
class MirrorPageCacheTest {
  /** Longer than {@link ContentVersion} mistrusts a file. */
  private static final long SETTLED_MILLIS = 4_100;

  @TempDir Path source;
  private Path file;
  private Mirror mirror;
  private long node;

  @BeforeEach
  void prepare() throws Exception {
    file = Files.writeString(source.resolve("file"), "0123456789");
    mirror = new Mirror(source, new DescriptorBudget(100, 100), Source.Pretence.SHARED);
    node = mirror.node("file");
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  private boolean keeps(Answer.OfOpen opened) {
    return (opened.openFlags() & OpenFlags.KEEP_CACHE) != 0;
  }

  private Answer.OfOpen open(int flags) {
    return mirror.open(node, flags);
  }

  private Answer.OfOpen open() {
    return open(FileFlags.O_RDONLY);
  }

  @Test
  void pagesAreKeptOnceAnOpeningOfTheSameContentWasUsed() throws Exception {
    Thread.sleep(SETTLED_MILLIS);
    Answer.OfOpen first = open();
    assertFalse(keeps(first));
    // Nothing says yet that the kernel has dropped what it had before.
    assertFalse(keeps(open()));
    mirror.read(node, first.handle(), 0, 1);
    assertTrue(keeps(open()));
    assertTrue(keeps(open(FileFlags.O_RDWR)));

    FileTime modified = Files.getLastModifiedTime(file);
    Files.writeString(file, "987654321-");
    Files.setLastModifiedTime(file, modified);
    Thread.sleep(SETTLED_MILLIS);
    Answer.OfOpen changed = open();
    assertFalse(keeps(changed));
    // One that was opened before the change says nothing of the new content.
    mirror.read(node, first.handle(), 1, 1);
    assertFalse(keeps(open()));
    Answer.OfOpen unread = open();
    mirror.release(node, unread.handle()).assertDone();
    assertFalse(keeps(open()));
    mirror.read(node, changed.handle(), 0, 1);
    assertTrue(keeps(open()));
    mirror.write(node, open(FileFlags.O_WRONLY).handle(), 0, "x", false).assertDone();
    assertFalse(keeps(open()));
  }

  @Test
  void whatWasChangedJustNowIsNotTrusted() throws Exception {
    for (int i = 0; i < 3; i++) {
      Answer.OfOpen opened = open();
      assertFalse(keeps(opened));
      mirror.read(node, opened.handle(), 0, 1);
    }
    Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 3_600_000));
    Thread.sleep(SETTLED_MILLIS);
    Answer.OfOpen fromTheFuture = open();
    mirror.read(node, fromTheFuture.handle(), 0, 1);
    assertFalse(keeps(open()));
  }
}
