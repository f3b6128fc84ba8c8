package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionTableTest {
  @Test
  void everyDefaultIsAValueOfItsType() {
    OptionTable.ALL.forEach(option -> assertNotNull(option.defaultValue(), option.name()));
  }

  @Test
  void everyNameIsThereOnce() {
    Set<String> names = new HashSet<>();
    OptionTable.ALL.forEach(option -> assertTrue(names.add(option.name()), option.name()));
    OptionTable.ALIASES.keySet().forEach(alias -> assertTrue(names.add(alias), alias));
  }

  @Test
  void helpHasEveryOptionWithItsRangeAndDefault() {
    String help = String.join("\n", OptionTable.help());
    for (Option<?> option : OptionTable.ALL) {
      assertTrue(help.contains("  " + option.name() + " "), option.name());
      assertTrue(help.contains(option.sentence()), option.name());
      assertTrue(
          help.contains(option.type().range() + " (default " + option.defaultText()),
          option.name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "transprot, transport",
    "Transport, transport",
    "chanels, channels",
    "memory-budget, memory_budget",
    "readonly, read_only",
    "direct-oi, direct_io"
  })
  void theNearestNameIsFound(String typed, String nearest) {
    assertEquals(Optional.of(nearest), OptionTable.nearest(typed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "r0", "foo", "uid", "attribute_timeout", "vers", "hard"})
  void whatIsNoTypoHasNoNearestName(String word) {
    assertEquals(Optional.empty(), OptionTable.nearest(word));
  }

  @Test
  void noWordIsBothRefusedAndAccepted() {
    OptionTable.REFUSED
        .keySet()
        .forEach(word -> assertFalse(OptionTable.isWithoutMeaning(word), word));
  }

  @ParameterizedTest
  @CsvSource({"'', '', 0", "a, '', 1", "ab, ba, 1", "kitten, sitting, 3", "slots, slots, 0"})
  void editDistanceCountsSwapsAsOne(String from, String to, int distance) {
    assertEquals(distance, OptionTable.editDistance(from, to));
    assertEquals(distance, OptionTable.editDistance(to, from));
  }
}
