package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lookups that no FORGET takes back, as a killed process leaves them. */
@Timeout(60)
class LookupAuditTest {
  @TempDir Path source;
  private Mirror mirror;

  /** What the kernel knows. */
  private final Set<Long> known = new HashSet<>();

  @BeforeEach
  void open() throws Exception {
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
  }

  @AfterEach
  void close() {
    assertEquals(0, mirror.fs.ignoredForgets());
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  private long file(String name) throws Exception {
    Files.writeString(source.resolve(name), "content");
    return mirror.node(name);
  }

  private int step() {
    return mirror.fs.lookupAudit().step(known::contains);
  }

  /** The process is killed, and the next one begins to look. */
  private void crash() throws Exception {
    mirror.crash();
    mirror.fs.lookupAudit().doubtAll();
  }

  private void assertEnded(long node) {
    mirror.getattr(node).assertErrno(Errno.ESTALE);
    assertFalse(mirror.vault.has(node), "still in custody");
  }

  @Test
  void aDeletedFileWhoseForgetIsLostEnds() throws Exception {
    long node = file("file");
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.unlink(Mirror.ROOT, "file").assertDone();
    mirror.release(node, handle).assertDone();
    assertTrue(mirror.vault.has(node));
    crash();
    assertEquals(0, step(), "ended at the first look");
    assertEquals(1, step());
    assertEnded(node);
    assertEquals(1, mirror.fs.knownInodes());
    assertEquals(0, mirror.fs.descriptorsHeld());
    crash();
    assertEquals(1, mirror.fs.knownInodes());
  }

  @Test
  void whatTheKernelKnowsStays() throws Exception {
    long node = file("file");
    long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "directory", 0755).node();
    known.add(node);
    crash();
    for (int i = 0; i < 3; i++) {
      step();
    }
    assertEquals("content", mirror.content(node));
    assertEnded(directory);
    assertEquals(2, mirror.fs.knownInodes());
  }

  @Test
  void aLookupCountedTwiceEndsAfterItsForget() throws Exception {
    long node = file("file");
    known.add(node);
    mirror.crash();
    assertEquals(node, mirror.node("file"));
    mirror.fs.lookupAudit().doubtAll();
    assertEquals(0, step() + step() + step());
    known.remove(node);
    mirror.fs.forget(node, 1);
    mirror.getattr(node).assertDone();
    assertEquals(0, step());
    assertEquals(1, step());
    assertEnded(node);
  }

  @Test
  void aReplyThatMayBeUnderWaySavesANode() throws Exception {
    long node = file("file");
    crash();
    assertEquals(0, step());
    assertEquals(node, mirror.node("file"));
    assertEquals(0, step() + step() + step());
    // Its reply has come.
    known.add(node);
    assertEquals("content", mirror.content(node));
    mirror.fs.forget(node, 1);
    known.remove(node);
    assertEquals(0, step());
    assertEquals(1, step());
    assertEnded(node);
  }

  @Test
  void aReplyAndAnOldForgetInBetweenSaveANode() throws Exception {
    long node = file("file");
    crash();
    assertEquals(0, step());
    // The count is as it was; what it counts is not.
    assertEquals(node, mirror.node("file"));
    mirror.fs.forget(node, 1);
    assertEquals(0, step());
    mirror.getattr(node).assertDone();
  }

  @Test
  void aNodeThatEndsByItselfIsLeftAlone() throws Exception {
    long first = file("first");
    long second = file("second");
    crash();
    mirror.fs.forget(first, 1);
    assertEquals(0, step());
    mirror.fs.forget(second, 1);
    assertEquals(0, step());
    assertEquals(1, mirror.fs.knownInodes());
  }

  @Test
  void withoutACrashNothingIsAsked() throws Exception {
    long node = file("file");
    assertEquals(node, mirror.node("file"));
    mirror.fs.forget(node, 1);
    mirror
        .fs
        .lookupAudit()
        .step(asked -> {
          throw new AssertionError("asked about " + asked);
        });
    mirror.getattr(node).assertDone();
  }
}
