package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;

/** Reads and writes whole ranges of files, waiting where need be. */
final class FileIo {
  private FileIo() {}

  /**
   * Writes all of it.
   *
   * @param subject for the message of the exception
   */
  static void write(int fd, long address, int length, long offset, String subject)
      throws LinuxException {
    int done = 0;
    while (done < length) {
      long result = FileOps.pwrite(fd, address + done, length - done, offset + done);
      if (result != -Errno.EINTR) {
        done += (int) LinuxException.check(result, "write", subject);
      }
    }
  }

  /**
   * Reads until {@code length} or the end of the file.
   *
   * @return bytes read, or a negative error number
   */
  static long read(int fd, long address, int length, long offset) {
    int done = 0;
    while (done < length) {
      long result = FileOps.pread(fd, address + done, length - done, offset + done);
      if (result < 0 && result != -Errno.EINTR) {
        return result;
      }
      if (result == 0) {
        break;
      }
      done += (int) Math.max(result, 0);
    }
    return done;
  }

  /** The CRC32C of the first bytes of a direct buffer. */
  static int sum(ByteBuffer of, int length) {
    CRC32C crc = new CRC32C();
    crc.update(of.duplicate().clear().limit(length));
    return (int) crc.getValue();
  }

  /**
   * The CRC32C of a range of a file.
   *
   * @param room direct, of at least {@code length} bytes
   * @return it as an unsigned number, or -1 when the range cannot be read
   */
  static long sum(int fd, long offset, int length, ByteBuffer room) {
    return read(fd, BufferUtil.address(room), length, offset) == length
        ? Integer.toUnsignedLong(sum(room, length))
        : -1;
  }
}
