package io.ringmount.upgrade;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/** The text of what to mount, in memory that outlives every daemon: UTF-8, filled up with NULs. */
public final class OrderMemory {
  /** Most bytes of the text. */
  public static final int LONGEST = 1 << 20;

  private OrderMemory() {}

  /** Puts the text into a new file in memory. The caller closes it. */
  public static SharedMemory create(String text) throws LinuxException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST) {
      throw new IllegalArgumentException("longer than " + LONGEST + " bytes");
    }
    long length = (bytes.length / SharedMemory.PAGE_SIZE + 1L) * SharedMemory.PAGE_SIZE;
    SharedMemory memory = SharedMemory.create("ringmount-order", length);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(bytes.length + 1L).address();
      Memory.copy(bytes, 0, address, bytes.length);
      LinuxException.check(
          FileOps.pwrite(memory.fd(), address, bytes.length, 0), "pwrite", "the order");
      return memory;
    } catch (LinuxException e) {
      memory.close();
      throw e;
    }
  }

  /** The text in a descriptor of {@link #create}, which stays the caller's. */
  public static String read(int fd) throws LinuxException {
    long length =
        LinuxException.check(FileOps.lseek(fd, 0, FileFlags.SEEK_END), "lseek", "the order");
    int most = (int) Math.min(length, LONGEST);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(most + 1L).address();
      int read =
          (int) LinuxException.check(FileOps.pread(fd, address, most, 0), "pread", "the order");
      byte[] bytes = new byte[Memory.stringLength(address, read)];
      Memory.copy(address, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
