package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SharedMemoryTest {
  private static final long BASE = 0x510000000000L;
  private static final long STRIDE = 1L << 30;
  private static final long LENGTH = 16L * SharedMemory.PAGE_SIZE;

  @Test
  void twoMappingsShowTheSameBytes() throws IOException {
    try (SharedMemory first = SharedMemory.createMapped("test-two", LENGTH, BASE, STRIDE, 4);
        SharedMemory second = SharedMemory.adopt((int) FileOps.dup(first.fd()))) {
      assertEquals(BASE, first.address());
      assertEquals(LENGTH, second.length());
      assertTrue(second.mapAt(BASE + STRIDE));
      first.populate();
      Memory.putLongRelease(first.address() + LENGTH - 8, 0x1234);
      assertEquals(0x1234, Memory.getLongAcquire(second.address() + LENGTH - 8));
      Memory.putInt(second.address(), 77);
      assertEquals(77, Memory.getInt(first.address()));
    }
  }

  @Test
  void occupiedAddressIsAnAnswerAndStaysAsItWas() throws IOException {
    try (SharedMemory first = SharedMemory.createMapped("test-first", LENGTH, BASE, STRIDE, 4);
        SharedMemory other = SharedMemory.create("test-other", LENGTH)) {
      Memory.putInt(first.address(), 5);
      assertFalse(other.mapAt(first.address()));
      assertFalse(other.mapAt(first.address() + LENGTH - SharedMemory.PAGE_SIZE));
      assertEquals(5, Memory.getInt(first.address()));
      assertThrows(IllegalStateException.class, other::address);
      assertTrue(other.mapAt(first.address() + LENGTH));
      assertEquals(0, Memory.getInt(other.address()));
      assertThrows(IllegalStateException.class, () -> other.mapAt(BASE + 9 * STRIDE));
    }
  }

  @Test
  void factoryTakesTheNextFreeAddress() throws IOException {
    try (SharedMemory first = SharedMemory.createMapped("test-a", LENGTH, BASE, STRIDE, 1);
        SharedMemory second = SharedMemory.createMapped("test-b", LENGTH, BASE, STRIDE, 2)) {
      assertEquals(first.address() + STRIDE, second.address());
      LinuxException e =
          assertThrows(
              LinuxException.class,
              () -> SharedMemory.createMapped("test-c", LENGTH, BASE, STRIDE, 2));
      assertEquals(Errno.EEXIST, e.errno());
      assertEquals("mmap test-c from 0x510000000000: EEXIST (file exists)", e.getMessage());
    }
  }

  @Test
  void closingUnmapsAndClosesOnce() throws IOException {
    SharedMemory memory = SharedMemory.createMapped("test-gone", LENGTH, BASE, STRIDE, 1);
    int fd = memory.fd();
    assertTrue(Files.readString(Path.of("/proc/self/maps")).contains("/memfd:test-gone"));
    memory.close();
    memory.close();
    assertFalse(Files.readString(Path.of("/proc/self/maps")).contains("/memfd:test-gone"));
    assertFalse(
        Files.exists(Path.of("/proc/self/fd/" + fd))
            && Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd))
                .toString()
                .contains("test-gone"));
    assertThrows(IllegalStateException.class, memory::address);
  }

  @Test
  void mappingOutlivesItsDescriptor() throws IOException {
    SharedMemory memory = SharedMemory.create("test-left", LENGTH);
    memory.map();
    memory.leaveMapped();
    memory.close();
    assertEquals(-Errno.EBADF, FileOps.close(memory.fd()));
    Memory.putInt(memory.address(), 3);
    assertEquals(3, Memory.getInt(memory.address()));
    SharedMemory.unmap(memory.address(), LENGTH);
  }

  @Test
  void bareMappingIsUndoneByItsOwner() throws IOException {
    try (SharedMemory memory = SharedMemory.create("test-bare", LENGTH)) {
      assertTrue(SharedMemory.mapAt(memory.fd(), BASE, LENGTH));
      assertFalse(SharedMemory.mapAt(memory.fd(), BASE, LENGTH));
      SharedMemory.unmap(BASE, LENGTH);
      assertTrue(memory.mapAt(BASE));
    }
  }

  @Test
  void mapsWhereverThereIsRoomAndKeepsItsSizeOnceSealed() throws IOException {
    try (SharedMemory first = SharedMemory.create("test-sealed", LENGTH);
        SharedMemory second = SharedMemory.adopt((int) FileOps.dup(first.fd()))) {
      first.map();
      assertThrows(IllegalStateException.class, first::map);
      second.map();
      assertNotEquals(first.address(), second.address());
      assertEquals(0, Memory.getAndAddLong(first.address(), 5));
      assertEquals(5, Memory.getAndAddLong(second.address(), 2));
      assertFalse(Memory.compareAndSetLong(first.address(), 5, 1));
      assertTrue(Memory.compareAndSetLong(first.address(), 7, 1));
      assertFalse(second.isSealed());
      first.seal();
      assertTrue(second.isSealed());
      assertEquals(-Errno.EPERM, FileOps.ftruncate(second.fd(), SharedMemory.PAGE_SIZE));
      assertThrows(LinuxException.class, second::seal);
    }
  }

  @Test
  void wrongLengthsAndDescriptorsAreRefused() throws IOException {
    assertThrows(IllegalArgumentException.class, () -> SharedMemory.create("test", 5000));
    assertThrows(IllegalArgumentException.class, () -> SharedMemory.create("test", 0));
    LinuxException closed = assertThrows(LinuxException.class, () -> SharedMemory.adopt(1_000_000));
    assertEquals(Errno.EBADF, closed.errno());
    try (EventFd event = EventFd.create()) {
      int copy = (int) FileOps.dup(event.fd());
      assertThrows(LinuxException.class, () -> SharedMemory.adopt(copy));
      assertEquals(-Errno.EBADF, FileOps.close(copy), "a refused descriptor is closed");
    }
  }
}
