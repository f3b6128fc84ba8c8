package io.ringmount.channels.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Text for the kernel: UTF-8 or raw bytes, ended by NUL, in native memory that belongs to the arena
 * given.
 *
 * <p>File names are bytes to the kernel; names that came from it should go back through the version
 * that takes bytes. Text that contains a NUL is refused with {@link IllegalArgumentException},
 * since the kernel would silently see a shorter name.
 */
public final class NativeString {
  private NativeString() {}

  /** Copies {@code text} in UTF-8, with its NUL, into {@code arena}. */
  public static MemorySegment of(Arena arena, String text) {
    return of(arena, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Copies {@code bytes} and a NUL into {@code arena}. */
  public static MemorySegment of(Arena arena, byte[] bytes) {
    for (byte each : bytes) {
      if (each == 0) {
        throw new IllegalArgumentException("text for the kernel contains a NUL");
      }
    }
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** Address of {@link #of(Arena, String)}; dead once {@code arena} is closed. */
  public static long address(Arena arena, String text) {
    return of(arena, text).address();
  }

  /** Address of {@link #of(Arena, byte[])}; dead once {@code arena} is closed. */
  public static long address(Arena arena, byte[] bytes) {
    return of(arena, bytes).address();
  }

  /** Address of the path's text; dead once {@code arena} is closed. */
  public static long address(Arena arena, Path path) {
    return address(arena, path.toString());
  }
}
