package io.ringmount.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.SharedMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderMemoryTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1365, 1366, 4095, 4096, 100_000})
  void textsOfAnyLengthAreKept(int length) throws LinuxException {
    String text = "€".repeat(length / 3) + "x".repeat(length % 3);
    try (SharedMemory memory = OrderMemory.create(text)) {
      assertEquals(text, OrderMemory.read(memory.fd()));
    }
  }
}
