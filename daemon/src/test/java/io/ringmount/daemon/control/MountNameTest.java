package io.ringmount.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountNameTest {
  @ParameterizedTest
  @CsvSource({
    "/, -",
    "/mnt, mnt",
    "/mnt/fast, mnt-fast",
    "/mnt/fast-disk, mnt-fast\\x2ddisk",
    "/mnt/my disk, mnt-my\\x20disk",
    "/.hidden, \\x2ehidden",
    "/a/.b, a-.b",
    "/ü, \\xc3\\xbc",
    "/a~b, a\\x7eb",
    "/a\\b, a\\x5cb"
  })
  void namesAreThoseOfSystemdEscape(String path, String name) {
    assertEquals(name, MountName.escape(path));
  }

  @Test
  void longNamesAreShortAndStayDifferent() {
    String first = MountName.escape("/mnt/" + "x".repeat(200) + "/1");
    String second = MountName.escape("/mnt/" + "x".repeat(200) + "/2");
    assertEquals(MountName.LONGEST, first.length());
    assertNotEquals(first, second);
    assertTrue(first.contains("~"));
  }
}
