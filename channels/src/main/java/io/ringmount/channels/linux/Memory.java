package io.ringmount.channels.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Native memory by absolute address, in the machine's byte order.
 *
 * <p>Access is as cheap as the JVM can make it and <em>unchecked</em>: an address outside a live
 * mapping ends the process. Callers check lengths once, where bytes enter the process, and then
 * read at constant offsets. Acquire, release and compare-and-set need naturally aligned addresses.
 */
public final class Memory {
  /** All of the address space: one constant segment lets the compiler drop every check. */
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private Memory() {}

  public static byte getByte(long address) {
    return ALL.get(JAVA_BYTE, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(JAVA_BYTE, address, value);
  }

  public static short getShort(long address) {
    return ALL.get(JAVA_SHORT_UNALIGNED, address);
  }

  public static void putShort(long address, short value) {
    ALL.set(JAVA_SHORT_UNALIGNED, address, value);
  }

  public static int getInt(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }

  public static long getLong(long address) {
    return ALL.get(JAVA_LONG_UNALIGNED, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, address, value);
  }

  public static int getIntAcquire(long address) {
    return (int) INT.getAcquire(ALL, address);
  }

  public static void putIntRelease(long address, int value) {
    INT.setRelease(ALL, address, value);
  }

  public static boolean compareAndSetInt(long address, int expected, int value) {
    return INT.compareAndSet(ALL, address, expected, value);
  }

  public static long getLongAcquire(long address) {
    return (long) LONG.getAcquire(ALL, address);
  }

  public static void putLongRelease(long address, long value) {
    LONG.setRelease(ALL, address, value);
  }

  public static boolean compareAndSetLong(long address, long expected, long value) {
    return LONG.compareAndSet(ALL, address, expected, value);
  }

  /** Adds to a number, at once for all processes; returns what it was before. */
  public static long getAndAddLong(long address, long delta) {
    return (long) LONG.getAndAdd(ALL, address, delta);
  }

  /** Copies {@code length} bytes; the ranges may overlap. */
  public static void copy(long source, long destination, long length) {
    MemorySegment.copy(ALL, source, ALL, destination, length);
  }

  /** Copies {@code length} bytes into {@code destination} from its index {@code index} on. */
  public static void copy(long source, byte[] destination, int index, int length) {
    MemorySegment.copy(ALL, JAVA_BYTE, source, destination, index, length);
  }

  /** Copies {@code length} bytes of {@code source}, from its index {@code index} on, to memory. */
  public static void copy(byte[] source, int index, long destination, int length) {
    MemorySegment.copy(source, index, ALL, JAVA_BYTE, destination, length);
  }

  /** Whether the {@code length} bytes at two addresses are the same. */
  public static boolean equal(long one, long other, long length) {
    return MemorySegment.mismatch(ALL, one, one + length, ALL, other, other + length) < 0;
  }

  /** Sets {@code length} bytes to zero. */
  public static void zero(long address, long length) {
    long words = length & ~7L;
    for (long i = 0; i < words; i += 8) {
      putLong(address + i, 0);
    }
    for (long i = words; i < length; i++) {
      putByte(address + i, (byte) 0);
    }
  }

  /** The bytes at {@code address} up to, without, the first NUL; at most {@code limit} of them. */
  public static int stringLength(long address, int limit) {
    int length = 0;
    while (length < limit && getByte(address + length) != 0) {
      length++;
    }
    return length;
  }
}
