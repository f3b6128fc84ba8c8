package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class KernelFileTest {
  @TempDir Path directory;

  @Test
  void numberUnderProcSysComesWhole() throws IOException {
    assertTrue(KernelFile.readNumber(Path.of("/proc/sys/fs/nr_open")) >= 1024);
    assertTrue(KernelFile.readNumber(Path.of("/proc/sys/kernel/pid_max")) >= 300);
  }

  @Test
  void textOfSeveralChunksComesWhole() throws IOException {
    String text = "0123456789".repeat(5000);
    assertEquals(text, KernelFile.read(Files.writeString(directory.resolve("f"), text)));
  }

  @Test
  void whatIsNoNumberIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("f"), "max\n");
    IOException e = assertThrows(IOException.class, () -> KernelFile.readNumber(file));
    assertEquals("not a number in " + file + ": 'max'", e.getMessage());
    assertThrows(NoSuchFileException.class, () -> KernelFile.read(directory.resolve("absent")));
  }
}
