package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void columnsAreAlignedAndNumbersToTheRight() {
    assertEquals(
        List.of(" NAME  SIZE  WHAT", " a      100  x", " long     5  -"),
        new TextTable(" ")
            .row("NAME", "SIZE", "WHAT")
            .row("a", 100, "x")
            .row("long", 5, null)
            .lines());
  }
}
