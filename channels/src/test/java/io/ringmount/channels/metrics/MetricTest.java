package io.ringmount.channels.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of metrics is one Prometheus accepts and users understand. */
class MetricTest {
  @Test
  void namesAreDistinct() {
    Set<String> names = new HashSet<>();
    for (Metric metric : Metric.values()) {
      assertTrue(names.add(metric.exportedName()), metric.exportedName());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nameSaysKindAndUnit(Metric metric) {
    String name = metric.exportedName();
    assertTrue(name.matches("ringmount_[a-z_]+"), name);
    assertEquals(metric.kind() == Metric.Kind.COUNTER, name.endsWith("_total"), name);
    assertEquals(metric.unit() == Metric.Unit.SECONDS, name.contains("_seconds"), name);
    assertEquals(metric.kind() == Metric.Kind.MAXIMUM, name.endsWith("_max"), name);
  }

  @ParameterizedTest
  @EnumSource
  void helpIsASentence(Metric metric) {
    assertTrue(metric.help().matches("[A-Z][^.]+\\."), metric.help());
  }

  @Test
  void storedOnesComeFirst() {
    assertEquals(Arrays.asList(Metric.values()).subList(0, Metric.STORED.size()), Metric.STORED);
  }
}
