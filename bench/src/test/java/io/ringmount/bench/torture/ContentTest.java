package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ContentTest {
  @Test
  void everyPieceIsAPieceOfTheWhole() {
    byte[] whole = Content.of(5, 0, 100);
    for (int from = 0; from < 20; from++) {
      assertArrayEquals(Arrays.copyOfRange(whole, from, 100), Content.of(5, from, 100 - from));
    }
    assertFalse(Arrays.equals(whole, Content.of(6, 0, 100)));
    assertFalse(Arrays.equals(whole, Content.of(5, 8, 100)));
  }

  @Test
  void aDifferenceIsNamed() throws ViolationException {
    byte[] expected = {1, 2, 3};
    Content.check("f", 10, expected, new byte[] {1, 2, 3});
    assertEquals(
        "f: wrong content at 11: 09 instead of 02",
        assertThrows(
                ViolationException.class,
                () -> Content.check("f", 10, expected, new byte[] {1, 9, 3}))
            .getMessage());
    assertEquals(
        "f: 2 bytes at 10 instead of 3",
        assertThrows(
                ViolationException.class, () -> Content.check("f", 10, expected, new byte[] {1, 2}))
            .getMessage());
  }

  @Test
  void recordsAreReadBack() throws ViolationException {
    AppendRecord record = new AppendRecord(12, 345);
    byte[] bytes = record.bytes();
    assertEquals(AppendRecord.LENGTH, bytes.length);
    assertEquals(record, AppendRecord.parse(bytes, 0));
    bytes[3] = 0;
    assertThrows(ViolationException.class, () -> AppendRecord.parse(bytes, 0));
  }
}
