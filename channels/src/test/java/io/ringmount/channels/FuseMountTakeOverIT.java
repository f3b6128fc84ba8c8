package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A mount is handed over while it is in use: each request is carried out and answered once.
 * Requests come from other processes, as a thread of this one must not wait for the mount. Rings
 * need the slots at one address, so two processes serve where both are to live.
 */
class FuseMountTakeOverIT extends MountTest {
  private static final long PATIENCE_SECONDS = 20;
  private static final long A_WHILE_MILLIS = 100;
  private static final int MAKERS = 4;

  /** Files that a maker may make, each in a directory of its own. */
  private static final int SHARE = CountedFiles.FILES / CountedFiles.DIRECTORIES;

  private static final int SOME = 50;
  private static final long SELF = ProcessHandle.current().pid();

  @TempDir Path elsewhere;

  private final HeldCustody custody = new HeldCustody();
  private final List<FileMaker> makers = new ArrayList<>();
  private int shares;
  private Path mountpoint;
  private Path stop;
  private SharedMemory memory;
  private CountedFiles files;
  private FuseMount mount;
  private Heir heir;

  @BeforeEach
  void memoryIsShared() throws IOException {
    mountpoint = directory.toRealPath();
    stop = elsewhere.resolve("stop");
    memory = SharedMemory.create("counted-files", CountedFiles.BYTES);
    memory.map();
    custody.keep(Heir.FILES, memory.fd());
  }

  @AfterEach
  void everythingIsReleased() throws Exception {
    if (files != null) {
      files.release();
    }
    // First: whoever is not answered cannot be killed.
    MountFixture.clear(directory);
    for (FileMaker maker : makers) {
      maker.kill();
    }
    if (heir != null) {
      heir.close();
    }
    if (mount != null) {
      mount.close(2_000);
    }
    custody.close();
    memory.close();
  }

  private void serve(HandOver way, Execution execution) throws IOException {
    files = new CountedFiles(memory, execution == Execution.DETACHED);
    mount = FuseMount.mount(files, mountpoint, way.options(execution), custody);
  }

  /** Gives back what this process has of the mount. */
  private void abandon() throws IOException {
    mount.abandon();
    mount = null;
  }

  private FileMaker maker(int count) throws Exception {
    int[] cpus = Cpu.usable();
    int number = shares++;
    FileMaker maker =
        FileMaker.start(
            cpus[number % cpus.length],
            mountpoint.resolve(Integer.toString(number)),
            number * SHARE,
            count,
            stop);
    makers.add(maker);
    return maker;
  }

  /** Makers on all processors that go on until they are told to stop. */
  private List<FileMaker> makersInTurn() throws Exception {
    List<FileMaker> started = new ArrayList<>();
    for (int i = 0; i < MAKERS; i++) {
      started.add(maker(SHARE));
    }
    return started;
  }

  private void awaitMore(List<FileMaker> of) throws Exception {
    for (FileMaker maker : of) {
      int enough = maker.made(files) + SOME;
      Eventually.holds(() -> maker.made(files) >= enough, () -> "a request is not answered");
    }
  }

  /** Waits until the kernel has requests that nobody answers. */
  private void awaitWaiting(int requests) throws Exception {
    FuseConnection connection = new FuseConnection(mountNumber());
    Eventually.holds(() -> connection.waiting() >= requests, () -> "fewer requests wait");
  }

  private int mountNumber() throws IOException {
    return MountFixture.mountsAt(directory).getFirst().deviceMinor();
  }

  /** All makers have ended well, and each file was made once, if at all. */
  private void assertMadeOnce() throws Exception {
    Files.createFile(stop);
    for (FileMaker maker : makers) {
      int next = maker.awaitEnd();
      for (int file = maker.first(); file < maker.first() + SHARE; file++) {
        int number = file;
        assertEquals(file < next ? 1 : 0, files.made(file), () -> "file " + number);
      }
    }
  }

  private boolean hasMade(long process) {
    return IntStream.range(0, CountedFiles.FILES).anyMatch(file -> files.maker(file) == process);
  }

  /** Has other processes look the wake file up on every processor. */
  private void wakeUp() throws Exception {
    for (int cpu : Cpu.usable()) {
      Process process =
          new ProcessBuilder(
                  "taskset",
                  "-c",
                  Integer.toString(cpu),
                  "stat",
                  "--cached=never",
                  mountpoint.resolve(WakeFile.NAME).toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherProcessGoesOnAndEveryRequestIsAnsweredOnce(HandOver way) throws Exception {
    Map<String, Integer> descriptors = MountFixture.descriptors();
    serve(way, Execution.INLINE);
    wakeUp();
    heir = new Heir(elsewhere, mountpoint, way, Execution.INLINE);
    List<FileMaker> early = makersInTurn();
    awaitMore(early);
    heir.inherit(custody.inheritance());
    awaitMore(early);

    mount.quiesce();
    assertTrue(mount.hasLeft());
    CompletableFuture<Boolean> takenOver = heir.takingOver(custody.inheritance());
    List<FileMaker> meanwhile = List.of(maker(1), maker(1));
    awaitWaiting(early.size() + meanwhile.size());
    assertThrows(
        TimeoutException.class, () -> takenOver.get(A_WHILE_MILLIS, TimeUnit.MILLISECONDS));
    assertFalse(hasMade(heir.pid()));

    mount.leave();
    assertTrue(takenOver.join(), "the kernel was not made to bring all");
    for (FileMaker maker : meanwhile) {
      maker.awaitEnd();
    }
    awaitMore(early);
    maker(SOME).awaitEnd();
    assertMadeOnce();
    assertTrue(hasMade(SELF) && hasMade(heir.pid()));

    assertTrue(mount.isDrained());
    abandon();
    assertTrue(heir.predecessorEnded(custody.inheritance()));
    heir.unmount();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
    heir.close();
    custody.inheritance().descriptors().keySet().stream()
        .filter(name -> !name.equals(Heir.FILES))
        .forEach(custody::drop);
    assertEquals(descriptors, MountFixture.descriptors());
  }

  @ParameterizedTest
  @EnumSource
  void theSameProcessGoesOnAndEveryRequestIsAnsweredOnce(HandOver way) throws Exception {
    serve(way, Execution.INLINE);
    wakeUp();
    List<FileMaker> early = makersInTurn();
    awaitMore(early);
    mount.leave();
    assertTrue(mount.isDrained());
    abandon();
    List<FileMaker> meanwhile = List.of(maker(1), maker(1));
    awaitWaiting(early.size() + meanwhile.size());

    mount =
        FuseMount.inherit(
            files, mountpoint, way.options(Execution.INLINE), custody.inheritance(), custody);
    assertFalse(mount.hasLeft());
    assertTrue(mount.takeOver(custody.inheritance(), false));
    for (FileMaker maker : meanwhile) {
      maker.awaitEnd();
    }
    awaitMore(early);
    maker(SOME).awaitEnd();
    assertMadeOnce();
    mount.close();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
  }

  static Stream<Arguments> waits() {
    return Stream.of(HandOver.values())
        .flatMap(
            way -> Stream.of(Execution.values()).map(execution -> Arguments.of(way, execution)));
  }

  /** Held up on a worker, or answered by a thread of the file system's own. */
  @ParameterizedTest
  @MethodSource("waits")
  void whatTheFileSystemHasWhenItsProcessLeavesIsAnsweredThere(HandOver way, Execution execution)
      throws Exception {
    serve(way, execution);
    wakeUp();
    heir = new Heir(elsewhere, mountpoint, way, execution);
    heir.inherit(custody.inheritance());
    int file = shares * SHARE;
    files.hold(file);
    FileMaker waiting = maker(1);
    assertTrue(files.arrived().await(PATIENCE_SECONDS, TimeUnit.SECONDS));

    mount.leave();
    assertTrue(heir.takeOver(custody.inheritance()));
    List<FileMaker> others = List.of(maker(SOME), maker(SOME));
    for (FileMaker maker : others) {
      maker.awaitEnd();
      assertEquals(heir.pid(), files.maker(maker.first()));
    }
    assertFalse(mount.isDrained());
    assertTrue(waiting.isAlive());
    assertEquals(0, files.made(file));

    files.release();
    waiting.awaitEnd();
    assertEquals(SELF, files.maker(file));
    Eventually.holds(mount::isDrained, () -> "requests left");
    abandon();
    assertTrue(heir.predecessorEnded(custody.inheritance()));
    maker(SOME).awaitEnd();
    assertMadeOnce();
    heir.unmount();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
  }

  /** The kernel has no commit of it yet: the other's is the first, and no request need follow. */
  @ParameterizedTest
  @EnumSource
  void whatIsReadyBeforeTheOtherTakesOverIsAnsweredAndDoesNotHoldItUp(HandOver way)
      throws Exception {
    serve(way, Execution.INLINE);
    wakeUp();
    heir = new Heir(elsewhere, mountpoint, way, Execution.INLINE);
    heir.inherit(custody.inheritance());
    files.hold(shares * SHARE);
    FileMaker waiting = maker(1);
    assertTrue(files.arrived().await(PATIENCE_SECONDS, TimeUnit.SECONDS));

    mount.leave();
    files.release();
    Eventually.holds(mount::isDrained, () -> "requests left");
    assertTrue(heir.takeOver(custody.inheritance()));
    waiting.awaitEnd();
    maker(SOME).awaitEnd();
    assertMadeOnce();
    assertEquals(SELF, files.maker(waiting.first()));
    abandon();
    assertTrue(heir.predecessorEnded(custody.inheritance()));
    heir.unmount();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
  }

  /** What waits in the queues of rings is brought when another request is made. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEVICE")
  void whereTheWakeFileIsNotKnownOthersHaveToMakeRequests(HandOver way) throws Exception {
    serve(way, Execution.INLINE);
    heir = new Heir(elsewhere, mountpoint, way, Execution.INLINE);
    heir.inherit(custody.inheritance());
    mount.leave();
    List<FileMaker> meanwhile = makersInTurn();
    awaitWaiting(meanwhile.size());
    assertFalse(heir.takeOver(custody.inheritance()));
    wakeUp();
    awaitMore(meanwhile);
    assertMadeOnce();
    abandon();
    heir.unmount();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
  }

  @ParameterizedTest
  @EnumSource
  void whoAbandonsBeforeItTakesOverLeavesTheOtherServing(HandOver way) throws Exception {
    serve(way, Execution.INLINE);
    heir = new Heir(elsewhere, mountpoint, way, Execution.INLINE);
    List<FileMaker> early = makersInTurn();
    awaitMore(early);
    heir.inherit(custody.inheritance());
    heir.abandon();
    awaitMore(early);
    heir.close();
    awaitMore(early);
    maker(SOME).awaitEnd();
    assertMadeOnce();
    assertTrue(hasMade(SELF));
    assertFalse(hasMade(heir.pid()));
    assertFalse(mount.hasLeft());
    mount.close();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
  }

  static Stream<Arguments> versions() {
    String agreement = "the mount's agreement has format 1001, this program knows 1";
    String slots = "slots of format 1002, this program knows 2";
    return Stream.of(
        Arguments.of(HandOver.PLAIN_RINGS, Inheritance.AGREEMENT, agreement),
        Arguments.of(HandOver.DEVICE, Inheritance.AGREEMENT, agreement),
        Arguments.of(HandOver.PLAIN_RINGS, Inheritance.SLOTS, slots));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void whatAnotherVersionLeftIsRefusedAndTheOtherServesOn(
      HandOver way, String name, String complaint) throws Exception {
    serve(way, Execution.INLINE);
    Map<String, Integer> descriptors = MountFixture.descriptors();
    List<FileMaker> early = makersInTurn();
    awaitMore(early);
    MountOptions options = way.options(Execution.INLINE);
    try (SharedMemory later = ofLaterVersion(custody.inheritance().get(name))) {
      Map<String, Integer> left = new HashMap<>(custody.inheritance().descriptors());
      left.put(name, later.fd());
      IOException refusal =
          assertThrows(
              IOException.class,
              () -> FuseMount.inherit(files, mountpoint, options, new Inheritance(left), custody));
      assertEquals(complaint, refusal.getMessage());
    }
    awaitMore(early);
    assertMadeOnce();
    assertEquals(descriptors, MountFixture.descriptors());
    mount.close();
    assertEquals(List.of(), MountFixture.mountsAt(directory));
  }

  @ParameterizedTest
  @EnumSource
  void whereADescriptorIsMissingItIsNamed(HandOver way) throws Exception {
    serve(way, Execution.INLINE);
    Map<String, Integer> left = new HashMap<>(custody.inheritance().descriptors());
    left.remove(Inheritance.AGREEMENT);
    MountOptions options = way.options(Execution.INLINE);
    IOException refusal =
        assertThrows(
            IOException.class,
            () -> FuseMount.inherit(files, mountpoint, options, new Inheritance(left), custody));
    assertEquals(
        "the process that served before left no descriptor 'agreement'", refusal.getMessage());
    maker(SOME).awaitEnd();
    mount.close();
  }

  private FuseMount inherit(HandOver way, Set<Feature> features, Set<Feature> told)
      throws IOException {
    FileSystem other =
        new FileSystem() {
          @Override
          public Set<Feature> features() {
            return features;
          }

          @Override
          public void agreed(Set<Feature> agreed, BackingFiles backingFiles) {
            told.addAll(agreed);
          }
        };
    return FuseMount.inherit(
        other, mountpoint, way.options(Execution.INLINE), custody.inheritance(), custody);
  }

  /** Not with rings: one process can have their slots, whose address is fixed, once. */
  @ParameterizedTest
  @EnumSource(names = "DEVICE")
  void goesOnWithWhatWasAgreedOrMore(HandOver way) throws Exception {
    Set<Feature> told = EnumSet.noneOf(Feature.class);
    serve(way, Execution.INLINE);
    IOException refusal = assertThrows(IOException.class, () -> inherit(way, Set.of(), told));
    assertEquals(
        "the mount was made for features that are not offered here: flags 40000 of INIT",
        refusal.getMessage());
    assertEquals(Set.of(), told);
    inherit(way, EnumSet.allOf(Feature.class), told).abandon();
    assertEquals(files.features(), told);
    maker(SOME).awaitEnd();
    mount.close();
  }

  /** The first page of what a process gave into custody, as a later version might write it. */
  private static SharedMemory ofLaterVersion(int fd) throws LinuxException {
    SharedMemory later = SharedMemory.create("later", SharedMemory.PAGE_SIZE);
    later.map();
    try (Arena arena = Arena.ofConfined()) {
      long page = arena.allocate(SharedMemory.PAGE_SIZE, Long.BYTES).address();
      LinuxException.check(FileOps.pread(fd, page, SharedMemory.PAGE_SIZE, 0), "pread", "");
      Memory.copy(page, later.address(), SharedMemory.PAGE_SIZE);
    }
    // Regions and agreements have their version at the same place.
    long version = later.address() + SlotLayout.REGION_VERSION;
    Memory.putInt(version, Memory.getInt(version) + 1000);
    return later;
  }
}
