package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_RDONLY;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;
import static io.ringmount.channels.linux.FileFlags.O_TMPFILE;
import static io.ringmount.channels.linux.FileFlags.O_TRUNC;
import static io.ringmount.channels.linux.FileFlags.O_WRONLY;
import static io.ringmount.channels.linux.FileFlags.S_IFCHR;
import static io.ringmount.channels.linux.FileFlags.S_IFIFO;

import java.util.List;

/** What users may do who are not root. */
final class PermissionCalls {
  private static final int USER = 4001;
  private static final int GROUP = 4002;
  private static final int OTHER = 4003;

  private PermissionCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript("open by mode", PermissionCalls::openByMode),
        new CallScript("directories by mode", PermissionCalls::directoriesByMode),
        new CallScript("sticky directories", PermissionCalls::stickyDirectories),
        new CallScript("owners of new files", PermissionCalls::ownersOfNewFiles),
        new CallScript("changes of attributes", PermissionCalls::changesOfAttributes),
        new CallScript("privileges that writing takes", PermissionCalls::privilegesThatGo));
  }

  private static void openByMode(CallTranscript c) {
    c.chmod(".", 0777);
    for (int mode : new int[] {0, 0400, 0200, 0040, 0020, 0004, 0002, 0644, 0060, 0006, 0666}) {
      String name = "mode" + Integer.toOctalString(mode);
      c.close(c.open(name, O_RDWR | O_CREAT));
      c.chown(name, USER, GROUP);
      c.chmod(name, mode);
      for (int[] who : new int[][] {{USER, GROUP}, {OTHER, GROUP}, {OTHER, OTHER}}) {
        c.as(
            who[0],
            who[1],
            () -> {
              for (int flags : new int[] {O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC}) {
                c.open(name, flags);
              }
            });
      }
    }
  }

  private static void directoriesByMode(CallTranscript c) {
    c.chmod(".", 0755);
    for (int mode : new int[] {0, 0100, 0300, 0500, 0700, 0010, 0030, 0007, 0755, 0001}) {
      String name = "mode" + Integer.toOctalString(mode);
      c.mkdir(name, 0755);
      c.close(c.open(name + "/file", O_RDWR | O_CREAT, 0666));
      c.chown(name, USER, GROUP);
      c.chmod(name, mode);
      for (int[] who : new int[][] {{USER, GROUP}, {OTHER, GROUP}, {OTHER, OTHER}}) {
        c.as(
            who[0],
            who[1],
            () -> {
              c.stat(name);
              c.stat(name + "/file");
              c.list(name);
              c.open(name + "/new", O_RDWR | O_CREAT);
              c.rename(name + "/file", name + "/moved");
              c.rename(name + "/moved", name + "/file");
              c.unlink(name + "/new");
              c.mkdir(name + "/below", 0755);
              c.rmdir(name + "/below");
            });
      }
    }
  }

  private static void stickyDirectories(CallTranscript c) {
    c.mkdir("sticky", 0755);
    c.chmod("sticky", 01777);
    c.as(
        USER,
        GROUP,
        () -> {
          c.close(c.open("sticky/user", O_RDWR | O_CREAT));
          c.mkdir("sticky/dir", 0777);
        });
    c.as(
        OTHER,
        OTHER,
        () -> {
          c.close(c.open("sticky/other", O_RDWR | O_CREAT));
          c.unlink("sticky/user");
          c.rmdir("sticky/dir");
          c.rename("sticky/user", "sticky/mine");
          c.rename("sticky/other", "sticky/user");
          c.link("sticky/user", "sticky/linked");
          c.unlink("sticky/other");
        });
    c.as(
        USER,
        GROUP,
        () -> {
          c.rename("sticky/user", "sticky/renamed");
          c.unlink("sticky/renamed");
          c.rmdir("sticky/dir");
        });
    c.list("sticky");
  }

  private static void ownersOfNewFiles(CallTranscript c) {
    c.mkdir("plain", 0755);
    c.chmod("plain", 0777);
    c.mkdir("setgid", 0755);
    c.chown("setgid", 0, OTHER);
    c.chmod("setgid", 02777);
    for (String directory : new String[] {"plain", "setgid"}) {
      c.as(
          USER,
          GROUP,
          () -> {
            c.close(c.open(directory + "/file", O_RDWR | O_CREAT, 02755));
            c.mkdir(directory + "/dir", 0755);
            c.symlink("target", directory + "/link");
            c.mknod(directory + "/fifo", S_IFIFO | 0644, 0);
            c.mknod(directory + "/device", S_IFCHR | 0644, 0x103);
            int fd = c.open(directory, O_TMPFILE | O_RDWR, 0000);
            c.stat(fd);
          });
      for (String name : new String[] {"file", "dir", "link", "fifo", "device"}) {
        c.stat(directory + "/" + name);
      }
    }
  }

  private static void changesOfAttributes(CallTranscript c) {
    c.chmod(".", 0777);
    for (String name : new String[] {"theirs", "mine"}) {
      c.close(c.open(name, O_RDWR | O_CREAT));
      c.chmod(name, 0666);
    }
    c.chown("mine", USER, GROUP);
    c.as(
        USER,
        GROUP,
        () -> {
          for (String name : new String[] {"theirs", "mine"}) {
            c.setTimes(name, 5, 6, 0);
            c.chown(name, USER, GROUP);
            c.chown(name, OTHER, -1);
            c.chown(name, -1, OTHER);
            c.chown(name, -1, GROUP);
            c.stat(name);
          }
          c.setxattr("mine", "user.a", "x", 0);
          c.setxattr("theirs", "user.a", "x", 0);
          c.setxattr("mine", "trusted.a", "x", 0);
          c.setxattr("mine", "security.a", "x", 0);
          c.removexattr("theirs", "user.a");
        });
    c.chmod("theirs", 0600);
    c.as(
        USER,
        GROUP,
        () -> {
          c.getxattr("theirs", "user.a", 10);
          c.setxattr("theirs", "user.b", "x", 0);
          c.link("theirs", "linked");
        });
    c.stat("mine");
    c.stat("theirs");
  }

  private static void privilegesThatGo(CallTranscript c) {
    c.chmod(".", 0777);
    for (int mode : new int[] {06777, 04777, 02777, 02767, 06766}) {
      for (String change : new String[] {"write", "truncate", "open", "allocate", "copy"}) {
        String name = change + Integer.toOctalString(mode);
        int made = c.open(name, O_RDWR | O_CREAT);
        c.write(made, 0, "0123456789");
        c.close(made);
        c.chown(name, USER, GROUP);
        c.chmod(name, mode);
        c.as(
            OTHER,
            OTHER,
            () -> {
              int fd = c.open(name, "open".equals(change) ? O_RDWR | O_TRUNC : O_RDWR);
              switch (change) {
                case "write" -> c.write(fd, 0, "x");
                case "truncate" -> c.truncate(fd, 3);
                case "allocate" -> c.allocate(fd, 0, 0, 100);
                case "copy" -> c.copyAll(fd, 0, fd, 20, 5);
                default -> {}
              }
              c.stat(fd);
            });
        c.stat(name);
      }
    }
  }
}
