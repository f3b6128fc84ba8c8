package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.BackingDevice;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.Statx;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mount serves, and how it is refused. */
class FuseMountIT extends MountTest {
  private static final long MIB = 1 << 20;

  private static MountOptions options(
      TransportKind kind, List<Integer> cpus, int slots, long memoryBudget) {
    return MountOptions.builder("test")
        .transport(kind)
        .cpus(cpus)
        .slots(slots)
        .memoryBudget(memoryBudget)
        .build();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void servesAFileSystemOfOnesOwn(TransportKind kind) throws Exception {
    try (FuseMount mount = mount(new HelloFileSystem(), kind)) {
      assertEquals(kind, mount.transport());
      assertEquals("Hello, world!\n", Files.readString(directory.resolve("hello")));
      try (Stream<Path> list = Files.list(directory)) {
        assertEquals(List.of(directory.resolve("hello")), list.toList());
      }
      assertThrows(
          java.nio.file.NoSuchFileException.class,
          () -> Files.readString(directory.resolve("other")));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4096, 1 << 20, 3 << 20})
  void kernelReadsAheadAsFarAsIsAsked(long bytes) throws Exception {
    MountOptions options = MountOptions.builder("hello").readahead(bytes).build();
    try (FuseMount mount = FuseMount.mount(new HelloFileSystem(), directory, options)) {
      assertEquals(bytes, new BackingDevice(mount.connectionId()).readahead());
    }
  }

  /** Four clients, three slots: channels sleep with replies under way, and without free slots. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void everyReplyFromOtherThreadsArrives(TransportKind kind) throws Exception {
    try (LateFileSystem late = new LateFileSystem(new HelloFileSystem(), 3, 200_000);
        FuseMount mount = FuseMount.mount(late, directory, options(kind, List.of(), 3, 64 * MIB))) {
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(() -> useHello(2_500 / 4));
      }
      int operations = 0;
      for (int result : together(clients)) {
        operations += result;
      }
      long requests = mount.channels().stream().mapToLong(ChannelStatus::requests).sum();
      assertTrue(operations == 10_000 && requests >= operations, operations + ", " + requests);
      assertQuiet(mount);
    }
  }

  /** Opens, reads, stats twice; returns how many system calls of these there were. */
  private int useHello(int rounds) {
    int operations = 0;
    try (Arena arena = Arena.ofConfined()) {
      long path = NativeString.address(arena, directory.resolve("hello").toString());
      var buffer = arena.allocate(4096, 8);
      for (int i = 0; i < rounds; i++, operations += 4) {
        int fd = (int) FileOps.openat(FileFlags.AT_FDCWD, path, FileFlags.O_RDONLY, 0);
        assertTrue(fd >= 0, () -> Errno.describe(-fd));
        assertEquals(HELLO.length, FileOps.pread(fd, buffer.address(), 4096, 0));
        assertArrayEquals(
            HELLO,
            buffer.asSlice(0, HELLO.length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        assertEquals(0, statx(fd, FileOps.EMPTY_PATH, buffer.address()));
        assertEquals(HELLO.length, Statx.size(buffer.address()));
        assertEquals(0, statx(FileFlags.AT_FDCWD, path, buffer.address()));
        FileOps.close(fd);
      }
    }
    return operations;
  }

  private static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
    List<T> results = new ArrayList<>();
    ExecutorService executor = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<T> future : tasks.stream().map(executor::submit).toList()) {
        results.add(future.get(40, TimeUnit.SECONDS));
      }
    } finally {
      executor.shutdownNow();
    }
    return results;
  }

  /** Nothing in flight once the last RELEASE is through, and nothing went wrong. */
  private static void assertQuiet(FuseMount mount) throws InterruptedException {
    for (int i = 0; i < 1_000 && inFlight(mount) > 0; i++) {
      Thread.sleep(1);
    }
    assertEquals(0, inFlight(mount));
    for (ChannelStatus channel : mount.channels()) {
      assertEquals(0, channel.failed(), channel::toString);
      assertEquals(0, channel.malformed(), channel::toString);
    }
  }

  private static int inFlight(FuseMount mount) {
    return mount.channels().stream().mapToInt(ChannelStatus::inFlight).sum();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void everyThreadBeginsOnceBeforeItServes(TransportKind kind) throws Exception {
    Set<Thread> begun = ConcurrentHashMap.newKeySet();
    Set<Thread> strangers = ConcurrentHashMap.newKeySet();
    FileSystem fileSystem =
        new FileSystem() {
          @Override
          public void beginThread() {
            if (!begun.add(Thread.currentThread())) {
              strangers.add(Thread.currentThread());
            }
          }

          @Override
          public void getattr(Request request, long node, long handle, AttributesReply reply) {
            if (!begun.contains(Thread.currentThread())) {
              strangers.add(Thread.currentThread());
            }
            reply.attributes().inode(ROOT).mode(040555).links(2);
            reply.done();
          }
        };
    try (FuseMount mount = mount(fileSystem, kind)) {
      assertEquals(mount.channels().size(), begun.size());
      assertTrue(Files.isDirectory(directory));
    }
    assertEquals(Set.of(), strangers);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void aFileSystemThatThrowsGivesEioAndTheMountSurvives(TransportKind kind) throws Exception {
    FileSystem hello = new HelloFileSystem();
    FileSystem fileSystem =
        new FileSystem() {
          @Override
          public void lookup(Request request, long parent, Name name, EntryReply reply) {
            if (name.byteAt(0) == 't') {
              throw new IllegalStateException("thrown by the test");
            }
            hello.lookup(request, parent, name, reply);
          }

          @Override
          public void getattr(Request request, long node, long handle, AttributesReply reply) {
            hello.getattr(request, node, handle, reply);
          }

          @Override
          public void read(
              Request request, long node, long handle, long offset, int size, DataReply reply) {
            hello.read(request, node, handle, offset, size, reply);
          }
        };
    try (FuseMount mount = mount(fileSystem, kind)) {
      for (int i = 0; i < 20; i++) {
        FileSystemException e =
            assertThrows(
                FileSystemException.class,
                () -> Files.getLastModifiedTime(directory.resolve("throws")));
        assertTrue(e.getReason().startsWith("Input/output error"), e::toString);
        assertArrayEquals(HELLO, Files.readAllBytes(directory.resolve("hello")));
      }
      assertEquals(20, mount.channels().stream().mapToLong(ChannelStatus::failed).sum());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void everyChannelIsPinnedToItsCpu(TransportKind kind) throws Exception {
    try (FuseMount mount = mount(new HelloFileSystem(), kind)) {
      Map<String, String> threads = MountFixture.channelThreads();
      for (int cpu : Cpu.usable()) {
        assertEquals(Integer.toString(cpu), threads.remove("channel-" + cpu), threads::toString);
      }
      boolean control = threads.remove("channel-control") != null;
      assertEquals(kind == TransportKind.URING, control);
      assertEquals(Map.of(), threads);
      assertEquals(Cpu.usable().length + (control ? 1 : 0), mount.channels().size());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void oneChannelServesTheCpusThatHaveNone(TransportKind kind) throws Exception {
    Assumptions.assumeTrue(Cpu.usable().length > 1, "needs two CPUs");
    try (FuseMount mount =
        FuseMount.mount(new HelloFileSystem(), directory, options(kind, List.of(0), 2, 64 * MIB))) {
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int cpu : Cpu.usable()) {
        clients.add(() -> {
          Cpu.pinCurrentThread(cpu);
          return useHello(100);
        });
      }
      assertEquals(400, together(clients).getLast());
      ChannelStatus only = mount.channels().getFirst();
      assertEquals("channel-0", only.name());
      assertEquals(0, only.cpu());
      assertTrue(only.requests() >= 400L * clients.size(), only::toString);
      assertFalse(MountFixture.channelThreads().containsKey("channel-1"));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void slotsStayWithinTheMemoryBudget(TransportKind kind) throws Exception {
    for (int slots : new int[] {0, 1, 4}) {
      MountOptions options = options(kind, List.of(), slots, 14 * MIB);
      try (FuseMount mount = FuseMount.mount(new HelloFileSystem(), directory, options)) {
        assertTrue(mount.memoryBytes() <= 14 * MIB, mount.memoryBytes() + " bytes");
        assertArrayEquals(HELLO, Files.readAllBytes(directory.resolve("hello")));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void aFailedMountLeavesNothing(TransportKind kind) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    FileSystem hello = new HelloFileSystem();
    Map<String, Integer> before = null;
    for (int i = 0; i < 3; i++) {
      assertFails(hello, file, options(kind, List.of(), 0, 64 * MIB), "ENOTDIR");
      assertFails(
          hello,
          directory,
          options(kind, List.of(), 1, MIB),
          "slots for .* queues need .* MiB, memory_budget is 1 MiB: raise it");
      assertFails(
          hello,
          directory,
          options(kind, List.of(), 1000, 64 * MIB),
          "slots for .* memory_budget is 64 MiB: raise it or lower slots");
      assertFails(hello, directory, options(kind, List.of(0, 77), 0, 64 * MIB), "processor 77");
      FileSystem broken =
          new FileSystem() {
            @Override
            public java.util.Set<Feature> features() {
              throw new IllegalStateException("thrown by the test");
            }
          };
      assertThrows(IllegalStateException.class, () -> mount(broken, kind));
      FileSystem unloadable =
          new FileSystem() {
            @Override
            public java.util.Set<Feature> features() {
              throw new NoClassDefFoundError("thrown by the test");
            }
          };
      assertThrows(NoClassDefFoundError.class, () -> mount(unloadable, kind));

      assertEquals(List.of(), MountFixture.mountsAt(directory));
      MountFixture.assertNoChannelThreads();
      // The first round may load what stays.
      before = before == null ? MountFixture.descriptors() : before;
      assertEquals(before, MountFixture.descriptors());
    }
    assertFalse(before.containsKey("/dev/fuse"), before::toString);
    try (FuseMount mount = mount(hello, kind)) {
      assertEquals(kind, mount.transport());
    }
    assertEquals(before, MountFixture.descriptors());
  }

  private static void assertFails(
      FileSystem fileSystem, Path target, MountOptions options, String message) {
    IOException e =
        assertThrows(IOException.class, () -> FuseMount.mount(fileSystem, target, options));
    assertTrue(e.getMessage().matches(".*" + message + ".*"), e::toString);
    assertEquals(0, e.getSuppressed().length, () -> e.getSuppressed()[0].toString());
  }

  /** The switch is one for the whole machine: no other test touches it, and it is off briefly. */
  @Test
  void withoutIoUringTheDeviceServesAndWhoeverInsistsLearnsWhy() throws Exception {
    Map<String, Integer> before = MountFixture.descriptors();
    try {
      Files.writeString(FuseDevice.ENABLE_URING, "N");
      IOException e =
          assertThrows(IOException.class, () -> mount(new HelloFileSystem(), TransportKind.URING));
      assertEquals(
          "transport=uring cannot be had: FUSE over io_uring is switched off; 'ringmount doctor"
              + " --fix' switches it on",
          e.getMessage());
      assertEquals(List.of(), MountFixture.mountsAt(directory));
      MountFixture.assertNoChannelThreads();
      assertEquals(before, MountFixture.descriptors());

      try (FuseMount mount = mount(new HelloFileSystem(), TransportKind.AUTO)) {
        Files.writeString(FuseDevice.ENABLE_URING, "Y");
        assertEquals(TransportKind.DEVICE, mount.transport());
        assertTrue(mount.transportReason().contains("switched off"), mount::transportReason);
        assertArrayEquals(HELLO, Files.readAllBytes(directory.resolve("hello")));
      }
    } finally {
      Files.writeString(FuseDevice.ENABLE_URING, "Y");
    }
    try (FuseMount mount = mount(new HelloFileSystem(), TransportKind.AUTO)) {
      assertEquals(TransportKind.URING, mount.transport());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void aReadOnlyMountRefusesChanges(TransportKind kind) throws Exception {
    MountOptions options =
        MountOptions.builder("test").readOnly(true).transport(kind).memoryBudget(64 * MIB).build();
    try (FuseMount mount = FuseMount.mount(new HelloFileSystem(), directory, options)) {
      assertEquals(directory.toRealPath(), mount.mountpoint());
      assertArrayEquals(HELLO, Files.readAllBytes(directory.resolve("hello")));
      FileSystemException e =
          assertThrows(
              FileSystemException.class, () -> Files.createDirectory(directory.resolve("new")));
      assertEquals("Read-only file system", e.getReason());
    }
  }

  @Test
  void manyMountsServeSideBySide() throws Exception {
    List<FuseMount> mounts = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        Path target = Files.createDirectory(directory.resolve("m" + i));
        TransportKind kind = i % 2 == 0 ? TransportKind.URING : TransportKind.DEVICE;
        mounts.add(
            FuseMount.mount(new HelloFileSystem(), target, options(kind, List.of(), 2, 64 * MIB)));
      }
      for (FuseMount mount : mounts) {
        assertArrayEquals(HELLO, Files.readAllBytes(mount.mountpoint().resolve("hello")));
      }
    } finally {
      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () -> {
            for (FuseMount mount : mounts) {
              mount.close();
            }
          });
    }
  }
}
