package io.ringmount.channels;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Futex;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;

/**
 * What was agreed with the kernel when the mount was made, and who serves since when: one page of
 * shared memory, for every process that will ever serve the mount.
 *
 * <pre>
 *   0 u64 magic   8 u32 version   12 u32 transport, ordinal of TransportKind
 *  16 u64 flags of INIT that stand for features of the file system
 *  24 u32 number of the connection
 *  32 u64 when the last process stopped to serve, 40 u64 when the next began; System.nanoTime
 *  48 u32 not 0 while the last process serves no more but has not left
 * </pre>
 */
final class Agreement implements AutoCloseable {
  private static final long MAGIC = 0x45455247_474e4952L; // "RINGGREE"
  private static final int VERSION = 1;

  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = 8;
  private static final int TRANSPORT = 12;
  private static final int FEATURES = 16;
  private static final int CONNECTION = 24;
  private static final int STOPPED = 32;
  private static final int BEGAN = 40;
  private static final int LEAVING = 48;

  private final SharedMemory memory;
  private final long address;

  private Agreement(SharedMemory memory) throws LinuxException {
    this.memory = memory;
    memory.map();
    this.address = memory.address();
  }

  /**
   * @param features flags of INIT that stand for features of the file system
   * @param connection the kernel's number of it
   */
  static Agreement create(TransportKind transport, long features, int connection)
      throws LinuxException {
    SharedMemory memory = SharedMemory.create("ringmount-agreement", SharedMemory.PAGE_SIZE);
    memory.seal();
    Agreement agreement = new Agreement(memory);
    Memory.putInt(agreement.address + VERSION_OFFSET, VERSION);
    Memory.putInt(agreement.address + TRANSPORT, transport.ordinal());
    Memory.putLong(agreement.address + FEATURES, features);
    Memory.putInt(agreement.address + CONNECTION, connection);
    Memory.putLongRelease(agreement.address + MAGIC_OFFSET, MAGIC);
    return agreement;
  }

  /**
   * Takes over what an earlier process agreed.
   *
   * @param fd stays the caller's
   * @throws IOException when it is not of this version
   */
  static Agreement inherit(int fd) throws IOException {
    SharedMemory memory =
        SharedMemory.adopt((int) LinuxException.check(FileOps.dup(fd), "dup", "the agreement"));
    Agreement agreement = new Agreement(memory);
    int version = Memory.getInt(agreement.address + VERSION_OFFSET);
    int transport = Memory.getInt(agreement.address + TRANSPORT);
    boolean known =
        Memory.getLong(agreement.address + MAGIC_OFFSET) == MAGIC
            && version == VERSION
            && transport >= 0
            && transport < TransportKind.values().length;
    if (!known) {
      agreement.close();
      throw new IOException(
          "the mount's agreement has format %d, this program knows %d".formatted(version, VERSION));
    }
    return agreement;
  }

  TransportKind transport() {
    return TransportKind.values()[Memory.getInt(address + TRANSPORT)];
  }

  long features() {
    return Memory.getLong(address + FEATURES);
  }

  int connection() {
    return Memory.getInt(address + CONNECTION);
  }

  /** Notes that nobody serves from now on. */
  void stopped() {
    Memory.putLongRelease(address + STOPPED, System.nanoTime());
  }

  /** Notes that this process serves from now on. */
  void began() {
    Memory.putLongRelease(address + BEGAN, System.nanoTime());
  }

  /**
   * Notes whether the process that serves no more may still get requests from the kernel, so that
   * what they come in is its own.
   */
  void leaving(boolean leaving) {
    Memory.putIntRelease(address + LEAVING, leaving ? 1 : 0);
    Futex.wake(address + LEAVING);
  }

  /**
   * Waits until it may not any more.
   *
   * @return false when it may still, after a while
   */
  boolean awaitLeft() {
    Futex.await(address + LEAVING, 1);
    return Memory.getIntAcquire(address + LEAVING) == 0;
  }

  /** For how long nobody served before this process did, in ns; 0 when it is not known. */
  long pauseNanos() {
    long stopped = Memory.getLongAcquire(address + STOPPED);
    long began = Memory.getLongAcquire(address + BEGAN);
    return stopped == 0 ? 0 : Math.max(0, began - stopped);
  }

  /** The memory's descriptor; stays this object's. */
  int fd() {
    return memory.fd();
  }

  @Override
  public void close() throws LinuxException {
    memory.close();
  }
}
