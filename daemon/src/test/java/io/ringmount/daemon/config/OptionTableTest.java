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
    OptionNames.ALIASES.keySet().forEach(alias -> assertTrue(names.add(alias), alias));
  }

  @Test
  void helpHasEveryMountOptionWithItsRangeDefaultAndMarks() {
    String help = String.join("\n", OptionHelp.mountOptions());
    for (Option<?> option : OptionTable.mountOptions().toList()) {
      assertTrue(help.contains("  " + option.name() + " "), option.name());
      assertTrue(help.contains(option.sentence()), option.name());
      assertTrue(
          help.contains(option.type().range() + " (default " + option.defaultText()),
          option.name());
    }
    assertTrue(help.contains("(default auto; also per core; can change while mounted)"), help);
    assertTrue(help.contains("(default 1.0; can change while mounted)"), help);
  }

  @Test
  void helpHasEveryKeyOfTheTuningFile() {
    String help = String.join("\n", OptionHelp.tuningFile());
    OptionTable.ALL.forEach(option -> assertTrue(help.contains(option.key()), option.name()));
    assertTrue(help.contains(OptionTable.SERVER.sentence()), help);
  }

  @Test
  void everyKeyOfASectionIsThereOnce() {
    for (Section section : Section.values()) {
      Set<String> keys = new HashSet<>();
      TuningFile.keys(section).forEach(key -> assertTrue(keys.add(key), key));
    }
  }

  @Test
  void whatCanChangeWhileMountedHasALeverAndNothingElse() {
    assertEquals(
        OptionTable.ALL.stream().filter(Option::isLive).toList(),
        Lever.ALL.stream().map(Lever::option).toList());
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
    assertEquals(Optional.of(nearest), OptionNames.nearest(typed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "r0", "foo", "uid", "attribute_timeout", "vers", "hard"})
  void whatIsNoTypoHasNoNearestName(String word) {
    assertEquals(Optional.empty(), OptionNames.nearest(word));
  }

  @Test
  void noWordIsBothRefusedAndAccepted() {
    OptionNames.REFUSED
        .keySet()
        .forEach(word -> assertFalse(OptionNames.isWithoutMeaning(word), word));
  }

  @ParameterizedTest
  @CsvSource({"'', '', 0", "a, '', 1", "ab, ba, 1", "kitten, sitting, 3", "slots, slots, 0"})
  void editDistanceCountsSwapsAsOne(String from, String to, int distance) {
    assertEquals(distance, OptionNames.editDistance(from, to));
    assertEquals(distance, OptionNames.editDistance(to, from));
  }
}
