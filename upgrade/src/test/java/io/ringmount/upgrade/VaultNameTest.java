package io.ringmount.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VaultNameTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, Integer.MAX_VALUE})
  void metricsAreNamedByGeneration(int generation) {
    String name = VaultName.metrics(generation);
    assertTrue(VaultName.isValid(name));
    assertEquals(OptionalInt.of(generation), VaultName.metricsGeneration(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"metrics", "metrics-", "metrics-x", "metrics-99999999999", "node-1"})
  void otherNamesAreNotOfMetrics(String name) {
    assertEquals(OptionalInt.empty(), VaultName.metricsGeneration(name));
  }

  @Test
  void whatASeparatorIsIsNoName() {
    assertFalse(VaultName.isValid("a:b"));
    assertFalse(VaultName.isValid("a b"));
    assertFalse(VaultName.isValid(""));
    assertFalse(VaultName.isValid("x".repeat(VaultName.LONGEST + 1)));
  }
}
