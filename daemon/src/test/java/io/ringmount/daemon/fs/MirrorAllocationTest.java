package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.BackendFile;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Name;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.Entry;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The hot operations leave nothing to collect once they are compiled. */
@Timeout(60)
class MirrorAllocationTest {
  private static final int WARM_UP = 40_000;
  private static final int MEASURED = 10_000;

  @TempDir Path source;
  private Mirror mirror;
  private long node;
  private long handle;

  @BeforeEach
  void open() throws Exception {
    Files.writeString(source.resolve("file"), "0123456789");
    mirror = new Mirror(source);
    node = mirror.node("file");
    handle = mirror.open(node, FileFlags.O_RDWR).handle();
  }

  @AfterEach
  void close() {
    mirror.close();
  }

  /** A reply that may be given again and again. */
  private static final class Again implements EntryReply, AttributesReply, DataReply, WriteReply {
    private final Entry entry = new Entry();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    private int given;

    Again() {
      entry.wrap(Arena.global().allocate(Entry.SIZE, 8).address());
    }

    @Override
    public Entry entry() {
      return entry;
    }

    @Override
    public Attributes attributes() {
      return entry.attributes();
    }

    @Override
    public void timeout(long nanos) {}

    @Override
    public ByteBuffer buffer() {
      return buffer.clear();
    }

    @Override
    public void written(int bytes) {}

    @Override
    public void send(BackendFile file, long offset, int size) {
      file.release();
      done();
    }

    @Override
    public void receive(BackendFile file, ByteBuffer data, long offset, int flags) {
      file.release();
      done();
    }

    @Override
    public void done() {
      given++;
    }

    @Override
    public void error(int errno) {
      throw new AssertionError("errno " + errno);
    }
  }

  @Test
  void hotOperationsAllocateNothing() {
    assertNothingIsAllocated();
  }

  @Test
  void norDoTheyInASuccessor() throws Exception {
    mirror.close();
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
    node = mirror.node("file");
    handle = mirror.open(node, FileFlags.O_RDWR).handle();
    mirror.crash();
    assertNothingIsAllocated();
  }

  private void assertNothingIsAllocated() {
    Again reply = new Again();
    Name name = Name.of("file");
    ByteBuffer data = ByteBuffer.allocateDirect(10);
    run(reply, name, data, WARM_UP);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    // The compiler may still be at work: one quiet pass of several is enough.
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      run(reply, name, data, MEASURED);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(4 * (WARM_UP + 5 * MEASURED), reply.given);
    assertTrue(least < MEASURED, least + " bytes for " + 4 * MEASURED + " operations");
  }

  private void run(Again reply, Name name, ByteBuffer data, int times) {
    for (int i = 0; i < times; i++) {
      mirror.fs.lookup(Mirror.ROOT_USER, Mirror.ROOT, name, reply);
      mirror.fs.getattr(Mirror.ROOT_USER, node, FileSystem.NO_HANDLE, reply);
      mirror.fs.read(Mirror.ROOT_USER, node, handle, 0, 10, reply);
      mirror.fs.write(Mirror.ROOT_USER, node, handle, 0, data.clear(), true, reply);
    }
  }
}
