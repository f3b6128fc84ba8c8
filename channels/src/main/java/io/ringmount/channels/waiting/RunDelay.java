package io.ringmount.channels.waiting;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import org.agrona.concurrent.NanoClock;

/**
 * Sees that others want the core from the time a thread was runnable and did not run. Of {@code
 * /proc/thread-self/schedstat}: ns on the processor, ns of delay, number of times it was put on the
 * processor (kernel {@code Documentation/scheduler/sched-stats.rst}; needs CONFIG_SCHED_INFO).
 */
public final class RunDelay implements CoreContention, AutoCloseable {
  private static final Path SCHEDSTAT = Path.of("/proc/thread-self/schedstat");

  /** Room for three numbers of 20 digits. */
  private static final int TEXT_SIZE = 64;

  /** Delay that counts begins beyond elapsed time divided by this: 2 %. */
  private static final long TOLERATED = 50;

  /** What being put on an idle processor may take: this much delay comes from no other thread. */
  private static final long SWITCH_NANOS = 5_000;

  private final NanoClock clock;
  private final MemorySegment text = Arena.ofAuto().allocate(TEXT_SIZE, Long.BYTES);
  private final int fd;
  private boolean closed;
  private long delay;
  private long switches;
  private long lookedAt;

  /** Takes over a descriptor of a thread's schedstat. */
  RunDelay(int fd, NanoClock clock) {
    this.fd = fd;
    this.clock = clock;
  }

  /**
   * Watches the calling thread. Any thread may use the result, one at a time.
   *
   * @throws LinuxException {@code open} when the kernel keeps no such numbers
   */
  public static RunDelay ofCurrentThread(NanoClock clock) throws LinuxException {
    RunDelay result = new RunDelay(FileOps.open(SCHEDSTAT, FileFlags.O_RDONLY), clock);
    result.wanted();
    return result;
  }

  /** Also true when the kernel does not tell any more: who cannot look must not poll. */
  @Override
  public boolean wanted() {
    try {
      long address = text.address();
      int length = (int) FileOps.pread(fd, address, TEXT_SIZE, 0);
      return length <= 0 || update(address, length);
    } finally {
      Reference.reachabilityFence(this); // Else the text could go while the kernel writes it.
    }
  }

  private boolean update(long address, int length) {
    long now = clock.nanoTime();
    long delayNow = number(address, length, 1);
    long switchesNow = number(address, length, 2);
    long own = (switchesNow - switches) * SWITCH_NANOS;
    boolean wanted = delayNow - delay - own > (now - lookedAt) / TOLERATED;
    delay = delayNow;
    switches = switchesNow;
    lookedAt = now;
    return wanted;
  }

  /** The decimal number behind the first {@code skip} blanks. */
  static long number(long address, int length, int skip) {
    long result = 0;
    int blanks = 0;
    for (int i = 0; i < length && blanks <= skip; i++) {
      byte c = Memory.getByte(address + i);
      if (c == ' ') {
        blanks++;
      } else if (blanks == skip && c >= '0' && c <= '9') {
        result = result * 10 + (c - '0');
      }
    }
    return result;
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      FileOps.close(fd);
    }
  }
}
