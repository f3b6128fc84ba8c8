package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "64k, 65536",
    "64K, 65536",
    "64kb, 65536",
    "64KiB, 65536",
    "1.5g, 1610612736",
    ".5m, 524288",
    "1., 1",
    "1 t, 1099511627776",
    "7b, 7",
    "0.0001k, 0"
  })
  void sizesTakeUnits(String text, long bytes) throws InvalidValueException {
    assertEquals(bytes, Units.size(text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1000000000",
    "1.5, 1500000000",
    "1s, 1000000000",
    "200us, 200000",
    "200µs, 200000",
    "7ns, 7",
    "3ms, 3000000",
    "2m, 120000000000",
    "2min, 120000000000",
    "1h, 3600000000000",
    "1d, 86400000000000"
  })
  void timesTakeUnitsAndABareNumberIsSeconds(String text, long nanos) throws InvalidValueException {
    assertEquals(Duration.ofNanos(nanos), Units.duration(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "k", "1x", "1kk", "0x10", "1e3", "NaN", "--1", "1,5", "1ib", "1s"})
  void whatIsNoSizeIsRefused(String text) {
    assertThrows(InvalidValueException.class, () -> Units.size(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-0.5k", "99999999999999999999t"})
  void sizesBeyondTheRangeAreRefused(String text) {
    InvalidValueException e = assertThrows(InvalidValueException.class, () -> Units.size(text));
    assertEquals(InvalidValueException.OUT_OF_RANGE, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1 KiB", "1572864, 1.5 MiB", "268435456, 256 MiB"})
  void sizesAreDescribedWithTheLargestUnit(long bytes, String text) {
    assertEquals(text, Units.describeSize(bytes));
  }

  @ParameterizedTest
  @CsvSource({"0, 0s", "59, 59s", "60, 1m 00s", "3661, 1h 01m", "90000, 1d 01h"})
  void timesAreDescribedWithTheTwoLargestUnits(long seconds, String text) {
    assertEquals(text, Units.describeSeconds(seconds));
  }
}
