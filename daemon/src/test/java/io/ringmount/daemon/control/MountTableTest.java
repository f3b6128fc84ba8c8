package io.ringmount.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountTableTest {
  private static final Path MOUNTPOINT = Path.of("/mnt/a");
  private static final ProcessIdentity NOBODY = new ProcessIdentity(1L << 30, 1);

  @TempDir private Path temp;
  private RunRoot root;

  @BeforeEach
  void makeRoot() {
    root = new RunRoot(temp);
  }

  private static MountEntry mount(String target, String type, int connection) {
    return new MountEntry(connection, 0, connection, "/", target, "rw", type, "shown", "rw");
  }

  private MountTable table(boolean seesAll, List<Long> servers, MountEntry... mounts) {
    return new MountTable(root, () -> List.of(mounts), connection -> servers, seesAll);
  }

  private RunDirectory register(ProcessIdentity daemon, int connection) throws IOException {
    RunDirectory entry = root.claim(MOUNTPOINT, Path.of("/src"), "1").orElseThrow();
    entry.write(entry.record().orElseThrow().servedBy(daemon, Optional.empty(), "1", connection));
    return entry;
  }

  @Test
  void aMountWithItsDaemonServes() throws IOException {
    register(ProcessIdentity.current(), 40);
    long pid = ProcessHandle.current().pid();
    assertEquals(
        List.of(new KnownMount("/mnt/a", "/src", MountState.SERVING, pid, 40)),
        table(true, List.of(), mount("/", "ext4", 1), mount("/mnt/a", MountTable.FS_TYPE, 40))
            .list());
  }

  @Test
  void aMountWithoutADaemonIsDeadAndKeepsItsEntry() throws IOException {
    RunDirectory entry = register(NOBODY, 40);
    assertEquals(
        List.of(new KnownMount("/mnt/a", "shown", MountState.DEAD, null, 40)),
        table(true, List.of(), mount("/mnt/a", MountTable.FS_TYPE, 40)).list());
    assertEquals(40, entry.record().orElseThrow().connection());
  }

  @Test
  void aMountWhoseProcessesAreHiddenServesWhileOneOfThemListens() throws Exception {
    RunDirectory entry = register(NOBODY, 40);
    MountTable table = table(true, List.of(), mount("/mnt/a", MountTable.FS_TYPE, 40));
    try (ServerSocketChannel daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      daemon.bind(UnixDomainSocketAddress.of(entry.socket()));
      assertEquals(
          List.of(new KnownMount("/mnt/a", "shown", MountState.SERVING, null, 40)), table.list());
    }
    assertEquals(MountState.DEAD, table.list().getFirst().state());
    UnixSocket watchdog = UnixSocket.listen(entry.watchdogSocket(), 1);
    assertEquals(MountState.SERVING, table.list().getFirst().state());
    watchdog.close();
    assertEquals(MountState.DEAD, table.list().getFirst().state());
  }

  @Test
  void anEntryOfAnEarlierConnectionDoesNotCount() throws IOException {
    register(ProcessIdentity.current(), 39);
    assertEquals(
        MountState.DEAD,
        table(true, List.of(), mount("/mnt/a", MountTable.FS_TYPE, 40))
            .find(MOUNTPOINT)
            .orElseThrow()
            .state());
  }

  @Test
  void aMountThatIsNotRegisteredServesWhileAProcessHoldsIt() throws IOException {
    assertEquals(
        new KnownMount("/mnt/a", "shown", MountState.SERVING, 7L, 40),
        table(true, List.of(7L), mount("/mnt/a", MountTable.FS_TYPE, 40))
            .find(MOUNTPOINT)
            .orElseThrow());
  }

  @Test
  void whoMayNotLookDoesNotKnow() throws IOException {
    assertEquals(
        MountState.UNKNOWN,
        table(false, List.of(), mount("/mnt/a", MountTable.FS_TYPE, 40))
            .find(MOUNTPOINT)
            .orElseThrow()
            .state());
  }

  @Test
  void aDaemonWithoutAMountIsStale() throws IOException {
    register(ProcessIdentity.current(), 40);
    assertEquals(MountState.STALE, table(true, List.of()).list().getFirst().state());
  }

  @Test
  void whatADeadDaemonLeftWithoutAMountIsNotListedAndStays() throws IOException {
    RunDirectory entry = register(NOBODY, 40);
    assertEquals(List.of(), table(true, List.of()).list());
    assertTrue(entry.record().isPresent());
  }

  @Test
  void onlyTheTopmostMountCounts() throws IOException {
    MountTable table =
        table(
            true,
            List.of(),
            mount("/mnt/a", MountTable.FS_TYPE, 40),
            mount("/mnt/a", "tmpfs", 41),
            mount("/mnt/a/b", "tmpfs", 42));
    assertEquals(false, table.find(MOUNTPOINT).isPresent());
    assertEquals(List.of(40), table.all(MOUNTPOINT).stream().map(KnownMount::connection).toList());
    assertEquals("tmpfs", table.topmost(MOUNTPOINT).orElseThrow().fsType());
    assertEquals(List.of("/mnt/a/b"), table.below(MOUNTPOINT));
  }
}
