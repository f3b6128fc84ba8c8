package io.ringmount.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunRootTest {
  private static final Path MOUNTPOINT = Path.of("/mnt/a b");
  private static final Path SOURCE = Path.of("/src/ü");

  /** Number above the kernel's limit of process ids. */
  private static final ProcessIdentity NOBODY = new ProcessIdentity(1L << 30, 1);

  @TempDir private Path temp;

  private RunRoot root() {
    return new RunRoot(temp.resolve("run"));
  }

  private RunDirectory claimed() throws IOException {
    return root().claim(MOUNTPOINT, SOURCE, "1.0").orElseThrow();
  }

  @Test
  void aClaimIsReadBackAsItWasWritten() throws IOException {
    RunDirectory entry = claimed();
    MountRecord read = entry.record().orElseThrow();
    assertEquals("/mnt/a b", read.mountpoint());
    assertEquals("/src/ü", read.source());
    assertEquals(ProcessIdentity.current(), read.process());
    assertEquals(MountRecord.NOT_MOUNTED_YET, read.connection());

    entry.write(read.servedBy(ProcessIdentity.current(), Optional.empty(), "1", 42));
    assertEquals(42, entry.record().orElseThrow().connection());
    assertEquals(List.of(entry.path()), root().list().stream().map(RunDirectory::path).toList());
  }

  @Test
  void theEntryIsForItsOwnerOnly() throws IOException {
    RunDirectory entry = claimed();
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(entry.path())));
    for (Path file : List.of(entry.log(), entry.path().resolve("mount.json"))) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void anEntryOfALivingProcessIsNotTaken() throws IOException {
    claimed();
    assertEquals(Optional.empty(), root().claim(MOUNTPOINT, SOURCE, "1.0").map(RunDirectory::path));
  }

  @Test
  void anEntryOfADeadProcessIsTaken() throws IOException {
    RunDirectory entry = claimed();
    entry.write(entry.record().orElseThrow().servedBy(NOBODY, Optional.empty(), "1", 42));
    assertTrue(root().claim(MOUNTPOINT, SOURCE, "2.0").isPresent());
    assertEquals("2.0", entry.record().orElseThrow().version());
  }

  @Test
  void aProcessWithTheSameNumberIsNotTheSame() throws IOException {
    RunDirectory entry = claimed();
    ProcessIdentity self = ProcessIdentity.current();
    ProcessIdentity earlier = new ProcessIdentity(self.pid(), self.startTicks() - 1);
    entry.write(entry.record().orElseThrow().servedBy(earlier, Optional.empty(), "1", 42));
    assertFalse(earlier.isAlive());
    assertTrue(root().claim(MOUNTPOINT, SOURCE, "1.0").isPresent());
  }

  @Test
  void releaseLeavesTheEntryOfAnotherLivingProcess() throws IOException {
    RunDirectory entry = claimed();
    root().release(entry, NOBODY);
    assertTrue(entry.record().isPresent());
    root().release(entry, ProcessIdentity.current());
    assertFalse(Files.exists(entry.path()));
    root().release(entry, ProcessIdentity.current());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "42",
        "{}",
        "{\"mountpoint\":\"/mnt/a b\"",
        "{\"mountpoint\":\"/mnt/a b\",\"source\":\"/s\",\"pid\":\"x\",\"version\":\"\"}",
        "{\"mountpoint\":\"/mnt/a b\",\"source\":\"/s\",\"pid\":1e99,\"version\":\"\"}",
        "{\"mountpoint\":\"/mnt/a b\",\"source\":\"/s\",\"pid\":-1,\"version\":\"\","
            + "\"started\":\"2026-01-01T00:00:00Z\"}",
        "{\"mountpoint\":\"/mnt/a b\",\"source\":\"/s\",\"pid\":1,\"version\":\"\","
            + "\"started\":\"yesterday\"}",
        "{\"mountpoint\":\"mnt\",\"source\":\"/s\",\"pid\":1,\"version\":\"\","
            + "\"started\":\"2026-01-01T00:00:00Z\"}",
        "{\"mountpoint\":\"/other\",\"source\":\"/s\",\"pid\":1,\"version\":\"\","
            + "\"started\":\"2026-01-01T00:00:00Z\"}",
        "{\"mountpoint\":\"/mnt/a\\u0000b\",\"source\":\"/s\",\"pid\":1,\"version\":\"\","
            + "\"started\":\"2026-01-01T00:00:00Z\"}"
      })
  void recordsThatMakeNoSenseAreIgnored(String text) throws IOException {
    RunDirectory entry = claimed();
    Files.writeString(entry.path().resolve("mount.json"), text);
    assertEquals(Optional.empty(), entry.record());
  }

  @Test
  void hugeAndDeepRecordsAreIgnored() throws IOException {
    RunDirectory entry = claimed();
    Files.writeString(entry.path().resolve("mount.json"), " ".repeat(1 << 20));
    assertEquals(Optional.empty(), entry.record());
    Files.writeString(entry.path().resolve("mount.json"), "[".repeat(60_000));
    assertEquals(Optional.empty(), entry.record());
  }

  @Test
  void linksAndPipesInPlaceOfTheRecordAreIgnored() throws IOException {
    RunDirectory entry = claimed();
    Path file = entry.path().resolve("mount.json");
    Path elsewhere = Files.move(file, temp.resolve("elsewhere.json"));
    Files.createSymbolicLink(file, elsewhere);
    assertEquals(Optional.empty(), entry.record());
    Files.delete(file);
    Files.createDirectory(file);
    assertEquals(Optional.empty(), entry.record());
  }

  @Test
  void theLogOfAFailureStaysUntilTheNextFailure() throws IOException {
    RunDirectory entry = claimed();
    Files.writeString(entry.log(), "why");
    Path kept = root().keepLog(entry);
    root().release(entry, ProcessIdentity.current());
    assertEquals("why", Files.readString(kept));
    entry = claimed();
    assertEquals("why", Files.readString(kept));
    Files.writeString(entry.log(), "once more");
    root().keepLog(entry);
    assertEquals("once more", Files.readString(kept));
  }

  private RunDirectory died() throws IOException {
    RunDirectory entry = claimed();
    Files.writeString(entry.log(), "last words");
    Files.writeString(entry.crashReport(), "registers");
    entry.write(entry.record().orElseThrow().servedBy(NOBODY, Optional.empty(), "1", 42));
    return entry;
  }

  @Test
  void clearingKeepsWhatTellsWhyADaemonDied() throws IOException {
    RunDirectory entry = died();
    List<Path> kept = root().clear(entry);
    assertEquals(2, kept.size());
    assertEquals("last words", Files.readString(kept.getFirst()));
    assertEquals("registers", Files.readString(kept.getLast()));
    assertFalse(Files.exists(entry.path()));
    assertEquals(List.of(), root().clear(entry));
  }

  @Test
  void claimingKeepsWhatTellsWhyADaemonDied() throws IOException {
    RunDirectory entry = died();
    claimed();
    assertEquals("last words", Files.readString(entry.failureLog()));
    assertEquals(0, Files.size(entry.log()));
  }

  @Test
  void clearingLeavesALivingDaemonAlone() throws IOException {
    RunDirectory entry = claimed();
    assertEquals(List.of(), root().clear(entry));
    assertTrue(entry.record().isPresent());
  }

  @Test
  void withoutADirectoryThereIsNothing() {
    assertEquals(List.of(), root().list());
    assertEquals(Optional.empty(), root().at(MOUNTPOINT).record());
  }
}
