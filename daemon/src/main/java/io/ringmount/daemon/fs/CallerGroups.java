package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import java.nio.charset.StandardCharsets;

/**
 * Reads the supplementary groups of a caller from {@code /proc/<pid>/status}.
 *
 * <p>A caller that waits for its answer cannot end before it, so its thread id means nobody else.
 * Whether it still waits is asked after the groups have been read.
 */
final class CallerGroups {
  private static final byte[] FOLDER = "/proc/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FILE = "/status".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LABEL = "\nGroups:\t".getBytes(StandardCharsets.US_ASCII);

  /** The first half of the scratch's area for entries takes the groups, the second the text. */
  private static final int HALF = Scratch.ENTRIES_SIZE / 2;

  private static final int MOST = HALF / Integer.BYTES;

  private CallerGroups() {}

  /** Where {@link #read} leaves the groups, unsigned ints. */
  static long address(Scratch scratch) {
    return scratch.entries;
  }

  /**
   * Reads the groups.
   *
   * @return how many, 0 also when they cannot be read; of very many only the first. -EINTR when the
   *     request was given up
   */
  static int read(Request request, Scratch scratch) {
    int count = request.pid() == 0 ? 0 : read(request.pid(), scratch);
    return request.isGivenUp() ? -Errno.EINTR : count;
  }

  private static int read(int pid, Scratch scratch) {
    long text = scratch.entries + HALF;
    long length = readStatus(pid, text);
    long end = text + length;
    long at = find(text, end);
    int count = 0;
    while (at < end && count < MOST && isDigit(at)) {
      long group = 0;
      for (; at < end && isDigit(at); at++) {
        group = group * 10 + (Memory.getByte(at) - '0');
      }
      if (at == end) {
        break; // perhaps only a part of the number
      }
      Memory.putInt(address(scratch) + (long) Integer.BYTES * count, (int) group);
      count++;
      at++;
    }
    return count;
  }

  private static long readStatus(int pid, long text) {
    byte[] digits = Integer.toString(pid).getBytes(StandardCharsets.US_ASCII);
    Memory.copy(FOLDER, 0, text, FOLDER.length);
    Memory.copy(digits, 0, text + FOLDER.length, digits.length);
    Memory.copy(FILE, 0, text + FOLDER.length + digits.length, FILE.length);
    Memory.putByte(text + FOLDER.length + digits.length + FILE.length, (byte) 0);
    long fd = FileOps.openat(FileFlags.AT_FDCWD, text, FileFlags.O_RDONLY | FileFlags.O_CLOEXEC, 0);
    if (fd < 0) {
      Exhaustion.notice((int) -fd);
      return 0;
    }
    long done = 0;
    long result;
    do {
      result = FileOps.pread((int) fd, text + done, HALF - done, done);
      done += Math.max(0, result);
    } while (done < HALF && (result > 0 || result == -Errno.EINTR));
    FileOps.close((int) fd);
    return done;
  }

  /** Address behind the label, {@code end} if it is not there. */
  private static long find(long text, long end) {
    for (long start = text; start + LABEL.length <= end; start++) {
      int matching = 0;
      while (matching < LABEL.length && Memory.getByte(start + matching) == LABEL[matching]) {
        matching++;
      }
      if (matching == LABEL.length) {
        return start + LABEL.length;
      }
    }
    return end;
  }

  private static boolean isDigit(long address) {
    byte character = Memory.getByte(address);
    return character >= '0' && character <= '9';
  }
}
