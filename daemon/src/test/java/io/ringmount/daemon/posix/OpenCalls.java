package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.O_APPEND;
import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_DIRECTORY;
import static io.ringmount.channels.linux.FileFlags.O_EXCL;
import static io.ringmount.channels.linux.FileFlags.O_NOFOLLOW;
import static io.ringmount.channels.linux.FileFlags.O_NONBLOCK;
import static io.ringmount.channels.linux.FileFlags.O_PATH;
import static io.ringmount.channels.linux.FileFlags.O_RDONLY;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;
import static io.ringmount.channels.linux.FileFlags.O_SYNC;
import static io.ringmount.channels.linux.FileFlags.O_TRUNC;
import static io.ringmount.channels.linux.FileFlags.O_WRONLY;
import static io.ringmount.channels.linux.FileFlags.S_IFIFO;
import static io.ringmount.channels.linux.FileFlags.S_IFSOCK;

import java.util.List;

/** Opening, reading and writing. */
final class OpenCalls {
  private static final int[] ACCESS = {O_RDONLY, O_WRONLY, O_RDWR};
  private static final int[] FLAGS = {
    0,
    O_CREAT,
    O_CREAT | O_EXCL,
    O_TRUNC,
    O_APPEND,
    O_DIRECTORY,
    O_NOFOLLOW,
    O_PATH,
    O_PATH | O_NOFOLLOW,
    O_SYNC
  };

  private OpenCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript("every open", OpenCalls::everyOpen),
        new CallScript("modes of new files", OpenCalls::modesOfNewFiles),
        new CallScript("reads and writes by access", OpenCalls::readsAndWritesByAccess),
        new CallScript("appends", OpenCalls::appends),
        new CallScript("far offsets", OpenCalls::farOffsets),
        new CallScript("many descriptors of a file", OpenCalls::manyDescriptors));
  }

  private static void everyOpen(CallTranscript c) {
    String[] names = {"file", "dir", "link", "dangling", "loop", "socket", "missing", "file/", "."};
    c.mkdir("dir", 0755);
    c.symlink("file", "link");
    c.symlink("loop", "loop");
    c.mknod("socket", S_IFSOCK | 0600, 0);
    for (int access : ACCESS) {
      for (int flags : FLAGS) {
        int made = c.open("file", O_WRONLY | O_CREAT);
        c.write(made, 0, "content");
        c.close(made);
        c.unlink("dangling");
        c.symlink("nowhere", "dangling");
        for (String name : names) {
          int fd = c.open(name, access | flags);
          if (fd >= 0) {
            c.stat(fd);
            c.close(fd);
          }
        }
        c.unlink("missing");
        c.unlink("nowhere");
      }
    }
    c.mknod("fifo", S_IFIFO | 0600, 0);
    c.open("fifo", O_WRONLY | O_NONBLOCK);
    int reader = c.open("fifo", O_RDONLY | O_NONBLOCK);
    c.stat(reader);
    c.list(".");
  }

  private static void modesOfNewFiles(CallTranscript c) {
    for (int mode : new int[] {0, 0400, 0200, 0777, 01777, 02777, 04755, 07777, 0644}) {
      String name = "mode" + Integer.toOctalString(mode);
      int fd = c.open(name, O_RDWR | O_CREAT | O_EXCL, mode);
      c.write(fd, 0, "x");
      c.stat(fd);
      c.stat(name);
    }
  }

  private static void readsAndWritesByAccess(CallTranscript c) {
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.mkdir("dir", 0755);
    for (int access : new int[] {O_WRONLY, O_RDWR, O_RDONLY, O_PATH}) {
      int fd = c.open("file", access);
      c.write(fd, 0, "content" + access);
      c.read(fd, 0, 100);
      c.read(fd, 3, 2);
      c.read(fd, 100, 10);
      c.read(fd, -1, 10);
      c.write(fd, -1, "x");
      c.writeNothing(fd);
      c.truncate(fd, 5);
      c.truncate(fd, -1);
      c.stat(fd);
      c.close(fd);
    }
    int directory = c.open("dir", O_RDONLY);
    c.read(directory, 0, 10);
    c.write(directory, 0, "x");
    c.truncate(directory, 0);
    c.close(99_999);
  }

  private static void appends(CallTranscript c) {
    int first = c.open("file", O_RDWR | O_CREAT | O_APPEND);
    int second = c.open("file", O_WRONLY | O_APPEND);
    int plain = c.open("file", O_RDWR);
    c.write(first, 0, "one");
    c.write(second, 0, "two");
    c.write(plain, 0, "ONE");
    c.write(first, 100, "three");
    c.read(first, 0, 100);
    c.truncate(first, 4);
    c.write(second, 0, "four");
    c.read(plain, 0, 100);
    c.stat(plain);
    c.close(c.open("file", O_WRONLY | O_APPEND | O_TRUNC));
    c.write(second, 0, "five");
    c.read(plain, 0, 100);
  }

  private static void farOffsets(CallTranscript c) {
    int fd = c.open("file", O_RDWR | O_CREAT);
    for (int shift : new int[] {31, 32, 40, 43}) {
      long offset = (1L << shift) - 3;
      c.write(fd, offset, "across");
      c.read(fd, offset - 2, 20);
      c.stat(fd);
    }
    c.write(fd, 1L << 60, "x");
    c.write(fd, Long.MAX_VALUE, "x");
    c.truncate(fd, 1L << 60);
    c.truncate(fd, (1L << 43) - 1);
    c.stat(fd);
    c.read(fd, (1L << 43) - 10, 20);
    c.truncate(fd, 0);
    c.stat(fd);
  }

  private static void manyDescriptors(CallTranscript c) {
    int[] files = new int[50];
    for (int i = 0; i < files.length; i++) {
      files[i] = c.open("file", O_RDWR | O_CREAT);
      c.write(files[i], i * 10L, "number " + i);
    }
    c.read(files[0], 0, 1000);
    c.unlink("file");
    for (int i = 0; i < files.length - 1; i++) {
      c.close(files[i]);
    }
    c.read(files[49], 0, 1000);
    c.stat(files[49]);
  }
}
