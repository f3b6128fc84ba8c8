package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class NativeStringTest {
  @Test
  void textIsUtf8WithNul() {
    try (Arena arena = Arena.ofConfined()) {
      assertArrayEquals(
          new byte[] {'a', (byte) 0xc3, (byte) 0xa4, 0},
          NativeString.of(arena, "a\u00e4").toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void bytesThatAreNoUtf8StayAsTheyAre() {
    try (Arena arena = Arena.ofConfined()) {
      long address = NativeString.address(arena, new byte[] {(byte) 0xff, 'x'});
      assertEquals((byte) 0xff, Memory.getByte(address));
      assertEquals(2, Memory.stringLength(address, 100));
    }
  }

  @Test
  void pathIsItsText() {
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(4, Memory.stringLength(NativeString.address(arena, Path.of("/a/b")), 100));
    }
  }

  @Test
  void textWithNulIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      assertThrows(IllegalArgumentException.class, () -> NativeString.of(arena, "a\0b"));
    }
  }
}
