package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.O_APPEND;
import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_EXCL;
import static io.ringmount.channels.linux.FileFlags.O_RDONLY;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;
import static io.ringmount.channels.linux.FileFlags.O_TMPFILE;
import static io.ringmount.channels.linux.FileFlags.O_WRONLY;
import static io.ringmount.channels.linux.FileFlags.SEEK_CUR;
import static io.ringmount.channels.linux.FileFlags.SEEK_DATA;
import static io.ringmount.channels.linux.FileFlags.SEEK_END;
import static io.ringmount.channels.linux.FileFlags.SEEK_HOLE;
import static io.ringmount.channels.linux.FileFlags.SEEK_SET;

import java.util.List;

/** Parts of files: holes, space, copies; and files without a name. */
final class RangeCalls {
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int COLLAPSE_RANGE = 8;
  private static final int ZERO_RANGE = 16;
  private static final int INSERT_RANGE = 32;
  private static final int BLOCK = 64 << 10;

  private RangeCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript("data and holes", RangeCalls::dataAndHoles),
        new CallScript("modes of fallocate", RangeCalls::modesOfFallocate),
        new CallScript("copies", RangeCalls::copies),
        new CallScript("copies that cannot be", RangeCalls::copiesThatCannotBe),
        new CallScript("files without a name", RangeCalls::filesWithoutName));
  }

  private static void dataAndHoles(CallTranscript c) {
    int fd = c.open("file", O_RDWR | O_CREAT);
    c.write(fd, 2L * BLOCK, "middle");
    c.write(fd, 8L * BLOCK, "end");
    c.truncate(fd, 12L * BLOCK);
    for (long offset : new long[] {0, 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 3, 8 * BLOCK, 11 * BLOCK}) {
      c.seek(fd, offset, SEEK_DATA);
      c.seek(fd, offset, SEEK_HOLE);
    }
    c.seek(fd, 12L * BLOCK, SEEK_DATA);
    c.seek(fd, 12L * BLOCK, SEEK_HOLE);
    c.seek(fd, -1, SEEK_DATA);
    c.seek(fd, 5, SEEK_SET);
    c.seek(fd, 5, SEEK_CUR);
    c.seek(fd, -5, SEEK_END);
    c.seek(fd, 0, 5);
    c.stat(fd);
    int empty = c.open("empty", O_RDWR | O_CREAT);
    c.seek(empty, 0, SEEK_DATA);
    c.seek(empty, 0, SEEK_HOLE);
  }

  private static void modesOfFallocate(CallTranscript c) {
    int fd = c.open("file", O_RDWR | O_CREAT);
    c.allocate(fd, 0, 0, 4L * BLOCK);
    c.stat(fd);
    c.write(fd, 0, "content");
    c.allocate(fd, KEEP_SIZE, 4L * BLOCK, 4L * BLOCK);
    c.stat(fd);
    c.allocate(fd, PUNCH_HOLE | KEEP_SIZE, 0, BLOCK);
    c.read(fd, 0, BLOCK);
    c.stat(fd);
    c.write(fd, BLOCK, "to be zeroed");
    c.allocate(fd, ZERO_RANGE, BLOCK, 100);
    c.read(fd, BLOCK, 200);
    c.allocate(fd, ZERO_RANGE, 10L * BLOCK, BLOCK);
    c.stat(fd);
    c.allocate(fd, PUNCH_HOLE, 0, BLOCK);
    c.allocate(fd, COLLAPSE_RANGE | INSERT_RANGE, 0, BLOCK);
    c.allocate(fd, 0, 0, 0);
    c.allocate(fd, 0, -1, BLOCK);
    c.allocate(fd, 0, 0, -1);
    c.allocate(fd, 0, Long.MAX_VALUE - 1, BLOCK);
    int readOnly = c.open("file", O_RDONLY);
    c.allocate(readOnly, 0, 0, BLOCK);
    int directory = c.open(".", O_RDONLY);
    c.allocate(directory, 0, 0, BLOCK);
    c.read(fd, 0, 2 * BLOCK);
  }

  private static void copies(CallTranscript c) {
    int from = c.open("from", O_RDWR | O_CREAT);
    for (int i = 0; i < 200; i++) {
      c.write(from, i * 1000L, "line " + i);
    }
    int to = c.open("to", O_RDWR | O_CREAT);
    c.copyAll(from, 0, to, 0, 1 << 20);
    c.stat(to);
    c.read(to, 0, 200_000);
    c.copyAll(from, 12_345, to, 300_000, 1234);
    c.read(to, 299_990, 2000);
    c.stat(to);
    c.copyAll(from, 1 << 20, to, 0, 100);
    c.copyAll(to, 0, to, 400_000, 100_000);
    c.read(to, 400_000, 100_000);
    c.stat("from");
    c.stat("to");
  }

  private static void copiesThatCannotBe(CallTranscript c) {
    int file = c.open("file", O_RDWR | O_CREAT);
    c.write(file, 0, "0123456789");
    c.copyAll(file, 0, file, 5, 6);
    c.copyAll(file, 0, file, 5, 5);
    int readOnly = c.open("file", O_RDONLY);
    c.copyAll(file, 0, readOnly, 100, 5);
    int writeOnly = c.open("file", O_WRONLY);
    c.copyAll(writeOnly, 0, file, 100, 5);
    int append = c.open("file", O_WRONLY | O_APPEND);
    c.copyAll(file, 0, append, 100, 5);
    int directory = c.open(".", O_RDONLY);
    c.copyAll(directory, 0, file, 100, 5);
    c.copyAll(file, 0, directory, 100, 5);
    c.read(file, 0, 200);
  }

  private static void filesWithoutName(CallTranscript c) {
    int fd = c.open(".", O_TMPFILE | O_RDWR, 0640);
    c.stat(fd);
    c.write(fd, 0, "content");
    c.read(fd, 0, 100);
    c.linkOpen(fd, "name");
    c.stat("name");
    c.stat(fd);
    c.linkOpen(fd, "name");
    c.unlink("name");
    c.stat(fd);
    int exclusive = c.open(".", O_TMPFILE | O_EXCL | O_WRONLY, 0600);
    c.write(exclusive, 0, "x");
    c.linkOpen(exclusive, "never");
    c.open(".", O_TMPFILE | O_RDONLY, 0600);
    c.open("missing", O_TMPFILE | O_RDWR, 0600);
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.open("file", O_TMPFILE | O_RDWR, 0600);
  }
}
