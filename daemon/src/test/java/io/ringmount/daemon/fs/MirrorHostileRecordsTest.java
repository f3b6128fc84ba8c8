package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records that no process wrote. */
@Timeout(60)
class MirrorHostileRecordsTest {
  private static final int FILES = 50;

  @TempDir Path source;
  private Mirror mirror;
  private long[] nodes;
  private long[] handles;

  @BeforeEach
  void open() throws Exception {
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
    nodes = new long[FILES];
    handles = new long[FILES];
    for (int i = 0; i < FILES; i++) {
      Files.writeString(source.resolve("file" + i), "content " + i);
      nodes[i] = mirror.node("file" + i);
      handles[i] = mirror.open(nodes[i], FileFlags.O_RDONLY).handle();
    }
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors());
  }

  private long record(SharedMemory table, int size, long number) {
    return table.address() + TableLayout.RECORDS + size * (number & TableLayout.INDEX_MASK);
  }

  private SharedMemory table(String name) throws IOException {
    Map<String, Integer> all = mirror.vault.inheritance();
    SharedMemory table = SharedMemory.adopt(all.remove(name));
    all.values().forEach(FileOps::close);
    table.map();
    return table;
  }

  @Test
  void whatIsMissingOrMixedUpIsRefused() {
    for (String name : new String[] {"nodes", "handles"}) {
      Map<String, Integer> inherited = mirror.vault.inheritance();
      FileOps.close(inherited.remove(name));
      IOException refused = assertThrows(IOException.class, () -> mirror.standby(inherited));
      assertTrue(refused.getMessage().contains("no table of " + name), refused.getMessage());
    }
    Map<String, Integer> mixed = mirror.vault.inheritance();
    mixed.put("nodes", mixed.put("handles", mixed.get("nodes")));
    IOException refused = assertThrows(IOException.class, () -> mirror.standby(mixed));
    assertTrue(refused.getMessage().contains("something else"), refused.getMessage());
  }

  @Test
  void recordsThatCannotBeTrueAreIgnoredAndCounted() throws Exception {
    try (SharedMemory table = table("nodes")) {
      Memory.putInt(record(table, NodeLayout.SIZE, nodes[0]) + NodeLayout.HANDLE, 129);
      Memory.putInt(record(table, NodeLayout.SIZE, nodes[1]) + NodeLayout.HANDLE, -1);
      Memory.putInt(record(table, NodeLayout.SIZE, nodes[2]) + NodeLayout.TYPE, 0);
      Memory.putLong(record(table, NodeLayout.SIZE, nodes[3]) + NodeLayout.LOOKUPS, -1);
    }
    try (SharedMemory table = table("handles")) {
      Memory.putLong(record(table, HandleLayout.SIZE, handles[4]) + HandleLayout.NODE, 4711);
    }
    mirror.crash();
    // Each bad node also leaves a handle without a file.
    assertTrue(mirror.fs.ignoredRecords() >= 4 + 5, "ignored: " + mirror.fs.ignoredRecords());
    for (int i = 0; i < 4; i++) {
      mirror.getattr(nodes[i]).assertErrno(Errno.ESTALE);
      mirror.read(nodes[i], handles[i], 0, 9).assertErrno(Errno.EBADF);
      mirror.lookup(Mirror.ROOT, "file" + i).assertDone();
    }
    mirror.read(nodes[4], handles[4], 0, 9).assertErrno(Errno.EBADF);
    assertEquals("content 4", mirror.content(nodes[4]));
    for (int i = 5; i < FILES; i++) {
      assertEquals("content " + i, mirror.read(nodes[i], handles[i], 0, 99).text());
    }
  }

  @Test
  void noiseNeverShowsAFileThatTheKernelDoesNotKnow() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < 20; round++) {
      for (String name : new String[] {"nodes", "handles"}) {
        int size = name.equals("nodes") ? NodeLayout.SIZE : HandleLayout.SIZE;
        try (SharedMemory table = table(name)) {
          for (int i = 0; i < 20; i++) {
            // The root's record stays: without it there is nothing to serve.
            long at = record(table, size, 2) + random.nextInt(size * FILES);
            Memory.putByte(at, (byte) random.nextInt());
          }
        }
      }
      mirror.crash();
      for (int i = 0; i < FILES; i++) {
        Answer.OfData read = mirror.read(nodes[i], handles[i], 0, 99);
        if (read.errno() == 0) {
          assertTrue(read.text().startsWith("content "), read.text());
        }
        mirror.getattr(nodes[i]).errno();
        assertEquals("content " + i, mirror.content(mirror.node("file" + i)));
      }
    }
  }
}
