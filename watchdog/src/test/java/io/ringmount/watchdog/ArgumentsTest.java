package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void daemonCommandIsTakenAsItIs() {
    Arguments arguments =
        Arguments.parse("/m", "/run/m/s", "/run/m/log", "standby", "--", "java", "--", "adopt");
    assertEquals("/m", arguments.mountName());
    assertEquals(Path.of("/run/m/s"), arguments.socket());
    assertEquals(Path.of("/run/m/log"), arguments.log());
    assertEquals(Path.of("/run/m/watchdog.lock"), arguments.lock());
    assertTrue(arguments.standby());
    assertFalse(arguments.adopt());
    assertEquals(List.of("java", "--", "adopt"), arguments.daemonCommand());
  }

  @Test
  void anAdoptedDaemonNeedsNoCommand() {
    Arguments arguments = Arguments.parse("/m", "/run/m/s", "/run/m/log", "adopt");
    assertTrue(arguments.adopt());
    assertFalse(arguments.standby());
    assertThrows(
        IllegalArgumentException.class, () -> Arguments.parse("/m", "/run/m/s", "/run/m/log"));
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse("/m", "--", "java"));
  }
}
