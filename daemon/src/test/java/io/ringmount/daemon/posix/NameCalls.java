package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_RDONLY;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;
import static io.ringmount.channels.linux.FileFlags.RENAME_EXCHANGE;
import static io.ringmount.channels.linux.FileFlags.RENAME_NOREPLACE;
import static io.ringmount.channels.linux.FileFlags.RENAME_WHITEOUT;
import static io.ringmount.channels.linux.FileFlags.S_IFBLK;
import static io.ringmount.channels.linux.FileFlags.S_IFCHR;
import static io.ringmount.channels.linux.FileFlags.S_IFIFO;
import static io.ringmount.channels.linux.FileFlags.S_IFREG;
import static io.ringmount.channels.linux.FileFlags.S_IFSOCK;

import java.util.List;

/** Names: made, moved, linked, removed. */
final class NameCalls {
  private static final String[] EVERYTHING = {
    "file", "empty", "full", "full/inner", "link", "dangling", "missing", "file/below", ".", ".."
  };

  private NameCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript("every removal", NameCalls::everyRemoval),
        new CallScript("every rename", NameCalls::everyRename),
        new CallScript("flags of rename", NameCalls::flagsOfRename),
        new CallScript("every link", NameCalls::everyLink),
        new CallScript("every making", NameCalls::everyMaking),
        new CallScript("long and odd names", NameCalls::longAndOddNames),
        new CallScript("targets of links", NameCalls::targetsOfLinks),
        new CallScript("removed while in use", NameCalls::removedWhileInUse));
  }

  private static void makeEverything(CallTranscript c) {
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.mkdir("empty", 0755);
    c.mkdir("full", 0755);
    c.close(c.open("full/inner", O_RDWR | O_CREAT));
    c.symlink("file", "link");
    c.symlink("nowhere", "dangling");
  }

  private static void everyRemoval(CallTranscript c) {
    makeEverything(c);
    for (String name : EVERYTHING) {
      c.rmdir(name);
    }
    c.list(".");
    makeEverything(c);
    for (String name : EVERYTHING) {
      c.unlink(name);
    }
    c.list(".");
    c.rmdir("full/");
    c.unlink("");
    c.rmdir("");
  }

  private static void everyRename(CallTranscript c) {
    for (String from : EVERYTHING) {
      for (String to : EVERYTHING) {
        c.rename(from, to);
      }
      makeEverything(c);
    }
    c.rename("full", "full/below");
    c.rename("full", "new/");
    c.list(".");
    c.rename("empty", "new");
    c.stat("new");
    c.list(".");
  }

  private static void flagsOfRename(CallTranscript c) {
    makeEverything(c);
    int[] flags = {
      RENAME_NOREPLACE,
      RENAME_EXCHANGE,
      RENAME_NOREPLACE | RENAME_EXCHANGE,
      RENAME_EXCHANGE | RENAME_WHITEOUT,
      8
    };
    for (int flag : flags) {
      c.rename("file", "empty", flag);
      c.rename("file", "missing", flag);
      c.rename("missing", "file", flag);
      c.rename("full", "link", flag);
      c.rename("full", "full/inner", flag);
      c.list(".");
      c.stat("file");
      c.stat("empty");
      c.stat("full");
    }
  }

  private static void everyLink(CallTranscript c) {
    makeEverything(c);
    for (String from : EVERYTHING) {
      for (String to : new String[] {"file", "new-" + from.replace('/', '-'), "no/where"}) {
        c.link(from, to);
      }
      c.stat("file");
    }
    c.list(".");
    c.link("file", "full/file");
    c.unlink("file");
    c.stat("full/file");
  }

  private static void everyMaking(CallTranscript c) {
    makeEverything(c);
    for (String name : EVERYTHING) {
      c.mkdir(name, 0755);
      c.symlink("target", name);
      c.mknod(name, S_IFIFO | 0644, 0);
    }
    c.mknod("fifo", S_IFIFO | 0640, 0);
    c.mknod("socket", S_IFSOCK | 0600, 0);
    c.mknod("regular", S_IFREG | 0444, 0);
    c.mknod("untyped", 0444, 0);
    c.mknod("null", S_IFCHR | 0666, 0x103);
    c.mknod("disk", S_IFBLK | 0600, 0x12345678);
    c.mknod("strange", 0x9000 | 0600, 0);
    for (String name : new String[] {"fifo", "socket", "regular", "untyped", "null", "disk"}) {
      c.stat(name);
    }
    for (int mode : new int[] {0, 0777, 01777, 02755, 04755, 07777}) {
      String name = "mode" + Integer.toOctalString(mode);
      c.mkdir(name, mode);
      c.stat(name);
    }
    c.mkdir("mode2755/below", 0755);
    c.stat("mode2755/below");
    c.list(".");
  }

  private static void longAndOddNames(CallTranscript c) {
    for (int length : new int[] {1, 254, 255, 256, 1024, 4095}) {
      String name = "n".repeat(length);
      c.close(c.open(name, O_RDWR | O_CREAT));
      c.stat(name);
      c.mkdir(name + "d", 0755);
    }
    String name = "ü".repeat(127);
    c.mkdir(name, 0755);
    c.stat(name);
    for (String odd : new String[] {" ", "\n", "\\", "*", "...", "..a", "-", "\u0001", "\u007f"}) {
      c.close(c.open(odd, O_RDWR | O_CREAT));
      c.stat(odd);
    }
    String deep = "";
    for (int i = 0; i < 15; i++) {
      deep += "d".repeat(250) + "/";
      c.mkdir(deep, 0755);
    }
    c.stat(deep);
    c.open(deep + "x".repeat(300), O_RDWR | O_CREAT);
    c.close(c.open(deep + "last", O_RDWR | O_CREAT));
    c.list(deep);
    c.list(".");
  }

  private static void targetsOfLinks(CallTranscript c) {
    for (int length : new int[] {0, 1, 59, 60, 255, 4000, 4095, 4096}) {
      c.symlink("t".repeat(length), "link" + length);
      c.stat("link" + length);
      c.readlink("link" + length, 10);
      c.readlink("link" + length, 5000);
    }
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.readlink("file", 100);
    c.readlink(".", 100);
    c.symlink("a", "b");
    c.symlink("b", "a");
    c.open("a", O_RDONLY);
    c.symlink("made", "to-make");
    c.close(c.open("to-make", O_RDWR | O_CREAT));
    c.stat("made");
    c.list(".");
  }

  private static void removedWhileInUse(CallTranscript c) {
    int fd = c.open("file", O_RDWR | O_CREAT);
    c.write(fd, 0, "content");
    c.unlink("file");
    c.stat(fd);
    c.read(fd, 0, 100);
    c.write(fd, 7, " more");
    c.truncate(fd, 5);
    c.read(fd, 0, 100);
    c.linkOpen(fd, "again");
    c.mkdir("dir", 0755);
    int directory = c.open("dir", O_RDONLY);
    c.rmdir("dir");
    c.stat(directory);
    int other = c.open("other", O_RDWR | O_CREAT);
    c.write(other, 0, "other");
    int by = c.open("by", O_RDWR | O_CREAT);
    c.write(by, 0, "by");
    c.rename("by", "other");
    c.read(other, 0, 10);
    c.stat(other);
    c.stat(by);
    c.list(".");
  }
}
