package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request costs no garbage: the threads that serve allocate not one byte once they are warm. */
@RequiresFuse
@Timeout(120)
class AllocationIT {
  private static final int WARM_UP = 50_000;
  private static final int REQUESTS = 100_000;
  private static final int TRANSFERS = 25_000;
  private static final int BLOCK = 4096;

  /** The compilers finish in the background what the warm-up made hot. */
  private static final int SETTLE_MILLIS = 300;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws Exception {
    MountFixture.clear(directory);
    MountFixture.assertNoChannelThreads();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void servingAllocatesNothing(TransportKind kind) throws Exception {
    MountOptions options = MountOptions.builder("allocation").transport(kind).build();
    try (FuseMount mount = FuseMount.mount(new OneFile(), directory, options);
        Arena arena = Arena.ofConfined()) {
      long path = NativeString.address(arena, directory.resolve("file").toString());
      long buffer = arena.allocate(BLOCK, BLOCK).address();
      int fd = (int) FileOps.openat(FileFlags.AT_FDCWD, path, FileFlags.O_RDWR, 0);
      assertTrue(fd >= 0, () -> Errno.describe(-fd));
      try {
        int now = FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC;
        int all = FileFlags.STATX_BASIC_STATS;
        IntUnaryOperator getattr =
            i -> (int) FileOps.statx(fd, FileOps.EMPTY_PATH, now, all, buffer);
        IntUnaryOperator lookup =
            i -> (int) FileOps.statx(FileFlags.AT_FDCWD, path, 0, all, buffer);
        IntUnaryOperator read =
            i -> (int) FileOps.pread(fd, buffer, BLOCK, (long) (i & 15) * BLOCK);
        IntUnaryOperator write =
            i -> (int) FileOps.pwrite(fd, buffer, BLOCK, (long) (i & 15) * BLOCK);

        for (int round = 0; round < 2; round++) {
          onEveryCpu(WARM_UP / 2, getattr, 0);
          onEveryCpu(WARM_UP / 2, lookup, 0);
          onEveryCpu(WARM_UP / 2, read, BLOCK);
          onEveryCpu(WARM_UP / 2, write, BLOCK);
        }
        Thread.sleep(SETTLE_MILLIS);

        Map<String, Long> before = allocated();
        assertEquals(mount.channels().size(), before.size(), before::toString);
        long requests = requests(mount);
        onEveryCpu(REQUESTS, getattr, 0);
        Map<String, Long> afterGetattr = allocated();
        onEveryCpu(REQUESTS, lookup, 0);
        Map<String, Long> afterLookup = allocated();
        onEveryCpu(TRANSFERS, read, BLOCK);
        Map<String, Long> afterRead = allocated();
        onEveryCpu(TRANSFERS, write, BLOCK);
        Map<String, Long> afterWrite = allocated();

        assertTrue(requests(mount) - requests >= 2L * REQUESTS + 2L * TRANSFERS);
        assertNothingAllocated(before, afterGetattr, REQUESTS, "GETATTR");
        assertNothingAllocated(afterGetattr, afterLookup, REQUESTS, "LOOKUP");
        assertNothingAllocated(afterLookup, afterRead, TRANSFERS, "READ");
        assertNothingAllocated(afterRead, afterWrite, TRANSFERS, "WRITE");
      } finally {
        FileOps.close(fd);
      }
    }
  }

  /**
   * A branch that is taken for the first time may run a few times uncompiled, and allocate then.
   */
  private static void assertNothingAllocated(
      Map<String, Long> before, Map<String, Long> after, int requests, String operation) {
    assertEquals(before.keySet(), after.keySet());
    for (String thread : before.keySet()) {
      long bytes = after.get(thread) - before.get(thread);
      assertTrue(bytes < requests / 50, () -> operation + ": " + thread + " took " + bytes);
    }
  }

  private static long requests(FuseMount mount) {
    return mount.channels().stream().mapToLong(ChannelStatus::requests).sum();
  }

  /** Makes {@code count} calls in all, an equal share on each CPU, so that each channel serves. */
  private static void onEveryCpu(int count, IntUnaryOperator call, int expected)
      throws InterruptedException {
    int[] cpus = usable();
    int[] wrong = {expected};
    for (int cpu : cpus) {
      Thread client =
          Thread.ofPlatform()
              .start(() -> {
                Cpu.pinCurrentThread(cpu);
                for (int i = 0; i < count / cpus.length; i++) {
                  int result = call.applyAsInt(i);
                  if (result != expected) {
                    wrong[0] = result;
                  }
                }
              });
      client.join();
    }
    assertEquals(expected, wrong[0]);
  }

  private static int[] usable() {
    try {
      return Cpu.usable();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Bytes that each channel's thread has allocated since it began. */
  private static Map<String, Long> allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, Long> result = new TreeMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("channel-")) {
        result.put(thread.getName(), threads.getThreadAllocatedBytes(thread.threadId()));
      }
    }
    return result;
  }

  /** One file of 64 KiB in memory, that the kernel may neither cache nor remember. */
  private static final class OneFile implements FileSystem {
    private static final long FILE = 2;
    private static final int SIZE = 16 * BLOCK;
    private static final Name NAME = Name.of("file");

    private final ByteBuffer content = ByteBuffer.allocateDirect(SIZE);

    @Override
    public void lookup(Request request, long parent, Name name, EntryReply reply) {
      if (!name.contentEquals(NAME)) {
        reply.error(Errno.ENOENT);
        return;
      }
      describe(FILE, reply.entry().node(FILE).attributes());
      reply.done();
    }

    @Override
    public void getattr(Request request, long node, long handle, AttributesReply reply) {
      describe(node, reply.attributes());
      reply.done();
    }

    @Override
    public void open(
        Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
      reply.open().openFlags(OpenFlags.DIRECT_IO);
      reply.done();
    }

    @Override
    public void read(
        Request request, long node, long handle, long offset, int size, DataReply reply) {
      ByteBuffer buffer = reply.buffer();
      int length = (int) Math.max(0, Math.min(size, SIZE - offset));
      buffer.put(0, content, (int) offset, length).position(length);
      reply.done();
    }

    @Override
    public void write(
        Request request,
        long node,
        long handle,
        long offset,
        ByteBuffer data,
        boolean killPrivileges,
        WriteReply reply) {
      int length = data.remaining();
      content.put((int) offset, data, data.position(), length);
      reply.written(length);
      reply.done();
    }

    private static void describe(long node, Attributes attributes) {
      if (node == FILE) {
        attributes.inode(FILE).mode(0100644).links(1).size(SIZE);
      } else {
        attributes.inode(ROOT).mode(040755).links(2);
      }
    }
  }
}
