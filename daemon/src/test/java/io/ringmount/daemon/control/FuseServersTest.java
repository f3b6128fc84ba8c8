package io.ringmount.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuseServersTest {
  @TempDir private Path proc;

  private void descriptor(int pid, int fd, String target, String info) throws IOException {
    Path process = proc.resolve(Integer.toString(pid));
    Files.createDirectories(process.resolve("fd"));
    Files.createDirectories(process.resolve("fdinfo"));
    Files.createSymbolicLink(process.resolve("fd/" + fd), Path.of(target));
    Files.writeString(process.resolve("fdinfo/" + fd), info);
  }

  @Test
  void processesThatHoldTheConnectionAreFound() throws IOException {
    descriptor(20, 3, "/dev/fuse", "pos:\t0\nfuse_connection:\t39\n");
    descriptor(10, 3, "/dev/fuse", "pos:\t0\nfuse_connection:\t40\n");
    descriptor(10, 4, "/dev/fuse", "pos:\t0\nfuse_connection:\t39\n");
    descriptor(30, 3, "/etc/passwd", "pos:\t0\nfuse_connection:\t39\n");
    descriptor(40, 3, "/dev/fuse", "pos:\t0\n");
    descriptor(50, 3, "/dev/fuse", "fuse_connection:\tgarbage\n");
    Files.createDirectories(proc.resolve("60"));
    Files.createDirectories(proc.resolve("self"));
    assertEquals(List.of(10L, 20L), new FuseServers(proc).of(39));
    assertEquals(List.of(10L), new FuseServers(proc).of(40));
    assertEquals(List.of(), new FuseServers(proc).of(41));
  }
}
