package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountUsersTest {
  @TempDir private Path proc;

  private void link(int pid, String name, String target) throws IOException {
    Path link = proc.resolve(pid + "/" + name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of(target));
    Files.writeString(proc.resolve(pid + "/comm"), "p" + pid + "\n");
  }

  @Test
  void processesAreFoundByDirectoryProgramAndOpenFiles() throws IOException {
    link(10, "cwd", "/mnt/a");
    link(11, "exe", "/mnt/a/bin/x");
    link(12, "fd/5", "/mnt/a/file (deleted)");
    link(13, "cwd", "/mnt/ab");
    link(14, "fd/1", "pipe:[5]");
    List<String> users = new MountUsers(proc).of(Path.of("/mnt/a"), 10).stream().sorted().toList();
    assertEquals(List.of("10 (p10)", "11 (p11)", "12 (p12)"), users);
    assertEquals(2, new MountUsers(proc).of(Path.of("/mnt/a"), 2).size());
  }
}
