package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.AT_SYMLINK_NOFOLLOW;
import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;
import static io.ringmount.channels.linux.FileFlags.UTIME_OMIT;

import java.util.List;

/** Modes, owners, sizes and times. */
final class AttributeCalls {
  private static final String[] KINDS = {"file", "dir", "link", "dangling", "missing"};

  private AttributeCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript("every mode", AttributeCalls::everyMode),
        new CallScript("every owner", AttributeCalls::everyOwner),
        new CallScript("every size", AttributeCalls::everySize),
        new CallScript("every time", AttributeCalls::everyTime));
  }

  private static void makeKinds(CallTranscript c) {
    int fd = c.open("file", O_RDWR | O_CREAT);
    c.write(fd, 0, "content");
    c.close(fd);
    c.mkdir("dir", 0755);
    c.symlink("file", "link");
    c.symlink("nowhere", "dangling");
  }

  private static void everyMode(CallTranscript c) {
    makeKinds(c);
    for (String name : KINDS) {
      for (int mode : new int[] {0, 0644, 0777, 01777, 02755, 04755, 07777, 0170644}) {
        c.chmod(name, mode);
        c.stat(name);
      }
    }
    c.stat("file");
  }

  private static void everyOwner(CallTranscript c) {
    makeKinds(c);
    c.chmod("file", 06755);
    for (String name : KINDS) {
      c.chown(name, 1, 2);
      c.stat(name);
      c.chown(name, -1, 3);
      c.stat(name);
      c.chown(name, 4, -1);
      c.chown(name, -1, -1);
      c.stat(name);
      c.chown(name, 65_535, 70_000);
      c.stat(name);
    }
    // Set-group-id without execution by the group stays, elsewhere it goes.
    for (int mode : new int[] {06755, 06745, 02644, 04644}) {
      c.chmod("file", mode);
      c.chown("file", 0, 0);
      c.stat("file");
    }
  }

  private static void everySize(CallTranscript c) {
    makeKinds(c);
    for (String name : KINDS) {
      for (long size : new long[] {3, 0, 100_000, 4096, -1, 1L << 43}) {
        c.truncate(name, size);
        c.stat(name);
      }
    }
    int fd = c.open("file", O_RDWR);
    c.truncate(fd, 10);
    c.read(fd, 0, 20);
    c.write(fd, 0, "0123456789");
    c.truncate(fd, 5);
    c.truncate(fd, 10);
    c.read(fd, 0, 20);
  }

  private static void everyTime(CallTranscript c) {
    makeKinds(c);
    for (String name : KINDS) {
      for (long seconds : new long[] {0, 1, 1_000_000_000, 4_000_000_000L, 10_000_000_000L}) {
        c.setTimes(name, seconds, 123_456_789, AT_SYMLINK_NOFOLLOW);
        c.tellTimes(name);
      }
      c.setTimes(name, -1, 999_999_999, AT_SYMLINK_NOFOLLOW);
      c.tellTimes(name);
      c.setTimes(name, 5, 1_000_000_000, AT_SYMLINK_NOFOLLOW);
      c.setTimes(name, 5, UTIME_OMIT, AT_SYMLINK_NOFOLLOW);
      c.tellTimes(name);
      c.setTimes(name, 7, 8, 0);
      c.tellTimes(name);
    }
  }
}
