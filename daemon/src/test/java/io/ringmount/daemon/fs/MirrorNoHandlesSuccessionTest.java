package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backend without file handles: each file's descriptor outlives the process. */
@Timeout(30)
class MirrorNoHandlesSuccessionTest {
  @TempDir Path source;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    mirror = Mirror.replaceable(source, Mirror.withBudget(1), Source.Pretence.NO_HANDLES);
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors());
  }

  @Test
  void filesGoOnThroughTheirDescriptors() throws Exception {
    Files.writeString(source.resolve("file"), "content");
    long node = mirror.node("file");
    long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).node();
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    assertTrue(mirror.vault.has(node) && mirror.vault.has(directory));
    mirror.rename(Mirror.ROOT, "file", directory, "moved", 0).assertDone();
    mirror.crash();
    assertEquals("content", mirror.content(node));
    assertEquals(node, mirror.lookup(directory, "moved").node());
    assertEquals(2, mirror.fs.descriptorsHeld());
    mirror.unlink(directory, "moved").assertDone();
    mirror.crash();
    assertEquals("content", mirror.read(node, handle, 0, 99).text());
    mirror.fs.forget(node, 2);
    mirror.fs.forget(directory, 1);
    assertEquals(Set.of("handles", "node-1", "nodes"), mirror.vault.names());
    assertEquals(0, mirror.fs.descriptorsHeld());
  }

  @Test
  void whatNobodyKnowsAnyMoreIsDropped() throws Exception {
    Files.writeString(source.resolve("file"), "content");
    long node = mirror.node("file");
    mirror.vault.keep("node-4711", 0);
    mirror.vault.keep("node-x", 0);
    Map<String, Integer> inherited = mirror.vault.inheritance();
    mirror.handOver(mirror.standby(inherited));
    mirror.fs.predecessorsGone();
    assertEquals(Set.of("node-" + node, "node-x"), inherited.keySet());
    assertEquals(
        Set.of("handles", "node-" + node, "node-1", "node-x", "nodes"), mirror.vault.names());
    mirror.fs.forget(node, 1);
    assertEquals(Set.of("node-x"), inherited.keySet());
  }

  @Test
  void fileWhoseDescriptorIsLostIsStaleAndFoundAnew() throws Exception {
    Files.writeString(source.resolve("file"), "content");
    long node = mirror.node("file");
    mirror.vault.drop("node-" + node);
    mirror.crash();
    mirror.getattr(node).assertErrno(Errno.ESTALE);
    long anew = mirror.node("file");
    assertEquals("content", mirror.content(anew));
    assertFalse(mirror.vault.has(node));
    mirror.fs.forget(node, 1);
    assertEquals("content", mirror.content(anew));
  }
}
