package io.ringmount.upgrade;

import static io.ringmount.upgrade.BeatsLayout.HEADER_LIMIT;
import static io.ringmount.upgrade.BeatsLayout.HEADER_MAGIC;
import static io.ringmount.upgrade.BeatsLayout.HEADER_THREADS;
import static io.ringmount.upgrade.BeatsLayout.HEADER_VERSION;
import static io.ringmount.upgrade.BeatsLayout.LINE_BEATS;
import static io.ringmount.upgrade.BeatsLayout.LINE_THREAD;
import static io.ringmount.upgrade.BeatsLayout.MAGIC;
import static io.ringmount.upgrade.BeatsLayout.MOST;
import static io.ringmount.upgrade.BeatsLayout.VERSION;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.channels.linux.Syscall;
import io.ringmount.channels.linux.SyscallNumber;
import java.time.Duration;

/**
 * The daemon's end of its heartbeat: each thread that has to beat at least once a second has a line
 * of its own. The watchdog looks closer at a thread whose line stands still for the limit.
 *
 * <p>Give it to the watchdog with {@code keep(VaultName.BEATS, beats.fd())}. The memory stays
 * mapped until {@link #close}; no thread may beat after that.
 */
public final class Beats implements AutoCloseable {
  /** Where to look for free addresses; far from the slots and from a JVM's heap. */
  private static final long BASE = 0x6800_0000_0000L;

  private static final long STRIDE = 1 << 20;
  private static final int ATTEMPTS = 256;

  private final SharedMemory memory;
  private final int threads;

  private Beats(SharedMemory memory, int threads) {
    this.memory = memory;
    this.threads = threads;
  }

  /**
   * Makes a heartbeat for up to {@code threads} threads.
   *
   * @param limit how long a line may stand still, see {@link #limit}
   */
  public static Beats create(int threads, Duration limit) throws LinuxException {
    if (threads < 1 || threads > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " threads, not " + threads);
    }
    long bytes = BeatsLayout.line(threads);
    long length = Math.ceilDiv(bytes, SharedMemory.PAGE_SIZE) * SharedMemory.PAGE_SIZE;
    SharedMemory memory =
        SharedMemory.createMapped("ringmount-beats", length, BASE, STRIDE, ATTEMPTS);
    Beats beats = new Beats(memory, threads);
    beats.limit(limit);
    Memory.putInt(memory.address() + HEADER_THREADS, threads);
    Memory.putInt(memory.address() + HEADER_VERSION, VERSION);
    Memory.putIntRelease(memory.address() + HEADER_MAGIC, MAGIC);
    return beats;
  }

  /** Sets how long a line may stand still; zero switches the watchdog's look off. Any thread. */
  public void limit(Duration limit) {
    long millis = Math.clamp(limit.toMillis(), 0, Integer.MAX_VALUE);
    Memory.putIntRelease(memory.address() + HEADER_LIMIT, (int) millis);
  }

  /** Stays owned by this object. */
  public int fd() {
    return memory.fd();
  }

  /** The line of thread number {@code index}, from 0. */
  public Line line(int index) {
    if (index < 0 || index >= threads) {
      throw new IndexOutOfBoundsException(index);
    }
    return new Line(memory.address() + BeatsLayout.line(index));
  }

  @Override
  public void close() throws LinuxException {
    memory.close();
  }

  /** Written by one thread at a time. */
  public static final class Line {
    private final long address;

    private Line(long address) {
      this.address = address;
    }

    /** From now on the calling thread beats here. */
    public void begin() {
      begin((int) Syscall.call(SyscallNumber.GETTID));
    }

    /**
     * From now on beats here tell of another thread.
     *
     * @param thread the kernel's number of it
     */
    public void begin(int thread) {
      beat();
      Memory.putIntRelease(address + LINE_THREAD, thread);
    }

    /** Hot path. */
    public void beat() {
      Memory.putLongRelease(address + LINE_BEATS, Memory.getLong(address + LINE_BEATS) + 1);
    }

    /** From now on nobody beats here, and nobody has to. */
    public void end() {
      Memory.putIntRelease(address + LINE_THREAD, 0);
    }
  }
}
