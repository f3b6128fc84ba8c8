package io.ringmount.upgrade;

import static io.ringmount.upgrade.BeatsLayout.HEADER_LIMIT;
import static io.ringmount.upgrade.BeatsLayout.HEADER_MAGIC;
import static io.ringmount.upgrade.BeatsLayout.HEADER_THREADS;
import static io.ringmount.upgrade.BeatsLayout.HEADER_VERSION;
import static io.ringmount.upgrade.BeatsLayout.LINE;
import static io.ringmount.upgrade.BeatsLayout.LINE_BEATS;
import static io.ringmount.upgrade.BeatsLayout.LINE_THREAD;
import static io.ringmount.upgrade.BeatsLayout.MAGIC;
import static io.ringmount.upgrade.BeatsLayout.MOST;
import static io.ringmount.upgrade.BeatsLayout.VERSION;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import java.lang.foreign.Arena;
import java.time.Duration;

/**
 * The watchdog's end of a daemon's heartbeat. It reads the file and does not map it: whatever the
 * daemon does to it, this process lives on. One thread.
 */
public final class BeatsReader implements AutoCloseable {
  private final int fd;
  private final int threads;
  private final long lines;
  private final Arena arena = Arena.ofConfined();

  /**
   * Takes over a descriptor.
   *
   * @param fd owned by the result from now on, or closed when this throws
   * @throws LinuxException {@code pread}
   * @throws MalformedMessageException when it is no heartbeat of this version
   */
  public BeatsReader(int fd) throws LinuxException, MalformedMessageException {
    this.fd = fd;
    long header = arena.allocate(LINE, Long.BYTES).address();
    try {
      long read = LinuxException.check(FileOps.pread(fd, header, LINE, 0), "pread", "heartbeat");
      threads = Memory.getInt(header + HEADER_THREADS);
      if (read != LINE
          || Memory.getInt(header + HEADER_MAGIC) != MAGIC
          || Memory.getInt(header + HEADER_VERSION) != VERSION
          || threads < 1
          || threads > MOST) {
        throw new MalformedMessageException("no heartbeat");
      }
    } catch (LinuxException | MalformedMessageException e) {
      close();
      throw e;
    }
    lines = arena.allocate(BeatsLayout.line(threads), Long.BYTES).address();
  }

  /** How many lines there are, used or not. */
  public int threads() {
    return threads;
  }

  /** Takes a look, which the other methods then tell about; false when there is nothing to see. */
  public boolean refresh() {
    long length = BeatsLayout.line(threads);
    return FileOps.pread(fd, lines, length, 0) == length;
  }

  /** How long a line may stand still; zero for as long as it likes. */
  public Duration limit() {
    return Duration.ofMillis(Integer.toUnsignedLong(Memory.getInt(lines + HEADER_LIMIT)));
  }

  /** How often the thread of line {@code index} has beaten. */
  public long beats(int index) {
    return Memory.getLong(lines + BeatsLayout.line(index) + LINE_BEATS);
  }

  /** Id of the thread that has to beat on line {@code index}, 0 for none. */
  public int thread(int index) {
    return Memory.getInt(lines + BeatsLayout.line(index) + LINE_THREAD);
  }

  /** Only once. */
  @Override
  public void close() {
    FileOps.close(fd);
    arena.close();
  }
}
