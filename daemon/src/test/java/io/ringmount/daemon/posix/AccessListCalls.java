package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_RDONLY;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;
import static io.ringmount.channels.linux.FileFlags.O_TMPFILE;
import static io.ringmount.channels.linux.FileFlags.O_WRONLY;
import static io.ringmount.channels.linux.FileFlags.S_IFIFO;

import java.util.List;

/** POSIX access control lists, and the umask, whose place they may take. */
final class AccessListCalls {
  /** The name of a script in which lists can be set, where there are any. */
  static final String OF_FILES = "lists of files";

  private static final int OWNER = 4001;
  private static final int GROUP = 4002;
  private static final int USER = 4003;
  private static final int OTHER = 4004;
  private static final int[] NONE = {};

  /** uid, gid and one more group of those who try. */
  private static final int[][] CALLERS = {
    {OWNER, GROUP, GROUP},
    {USER, USER, USER},
    {USER, GROUP, USER},
    {OTHER, GROUP, OTHER},
    {OTHER, OTHER, OTHER},
    {OTHER, OTHER, GROUP},
    {OTHER, OTHER, USER}
  };

  private AccessListCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript(OF_FILES, AccessListCalls::listsOfFiles),
        new CallScript("lists of directories", AccessListCalls::listsOfDirectories),
        new CallScript("default lists", AccessListCalls::defaultLists),
        new CallScript("umasks", AccessListCalls::umasks),
        new CallScript("lists and modes", AccessListCalls::listsAndModes),
        new CallScript("set-group-id and lists", AccessListCalls::setGroupIdAndLists),
        new CallScript("wrong lists", AccessListCalls::wrongLists));
  }

  private static AccessList[] lists() {
    return new AccessList[] {
      AccessList.ofMode(0640),
      AccessList.ofMode(0600).user(USER, 6).mask(6),
      AccessList.ofMode(0600).user(USER, 6).mask(4),
      AccessList.ofMode(0606).user(USER, 0).mask(6),
      AccessList.ofMode(0600).group(USER, 4).mask(7),
      AccessList.ofMode(0606).group(USER, 0).mask(6),
      AccessList.ofMode(0060).user(OTHER, 2).group(USER, 2).mask(7),
      // The group's bits of the mode are the mask, and give the group nothing.
      AccessList.ofMode(0600).user(USER, 7).mask(7)
    };
  }

  private static void listsOfFiles(CallTranscript c) {
    c.chmod(".", 0777);
    int number = 0;
    for (AccessList list : lists()) {
      String name = "file" + number++;
      c.close(c.open(name, O_RDWR | O_CREAT));
      c.chown(name, OWNER, GROUP);
      c.setList(name, list, false);
      c.stat(name);
      c.getLists(name);
      c.listxattr(name, 1000);
      for (int[] who : CALLERS) {
        c.as(
            who[0],
            who[1],
            new int[] {who[2]},
            () -> {
              for (int flags : new int[] {O_RDONLY, O_WRONLY, O_RDWR}) {
                c.open(name, flags);
              }
              c.truncate(name, 0);
              c.getxattr(name, "user.a", 10);
              c.getLists(name);
            });
      }
    }
  }

  private static void listsOfDirectories(CallTranscript c) {
    c.chmod(".", 0777);
    int number = 0;
    for (AccessList list :
        new AccessList[] {
          AccessList.ofMode(0700).user(USER, 7).mask(7),
          AccessList.ofMode(0700).user(USER, 5).mask(7),
          AccessList.ofMode(0700).user(USER, 7).mask(1),
          AccessList.ofMode(0707).group(USER, 0).mask(7),
          AccessList.ofMode(0700).group(USER, 3).mask(7)
        }) {
      String name = "dir" + number++;
      c.mkdir(name, 0755);
      c.close(c.open(name + "/file", O_RDWR | O_CREAT, 0666));
      c.chown(name, OWNER, GROUP);
      c.setList(name, list, false);
      for (int[] who : CALLERS) {
        c.as(
            who[0],
            who[1],
            new int[] {who[2]},
            () -> {
              c.list(name);
              c.stat(name + "/file");
              c.open(name + "/file", O_RDWR);
              c.open(name + "/new", O_RDWR | O_CREAT);
              c.mkdir(name + "/below", 0755);
              c.rename(name + "/new", name + "/moved");
              c.stat(name + "/moved");
              c.unlink(name + "/moved");
              c.rmdir(name + "/below");
            });
      }
    }
  }

  private static void makeOfEachKind(CallTranscript c, String directory) {
    for (int mode : new int[] {0777, 0666, 0640, 0}) {
      String name = directory + "/" + Integer.toOctalString(mode);
      c.close(c.open(name + "file", O_RDWR | O_CREAT, mode));
      c.mkdir(name + "dir", mode);
      c.mknod(name + "fifo", S_IFIFO | mode, 0);
      int nameless = c.open(directory, O_TMPFILE | O_RDWR, mode);
      c.stat(nameless);
      c.linkOpen(nameless, name + "linked");
      for (String kind : new String[] {"file", "dir", "fifo", "linked"}) {
        c.stat(name + kind);
        c.getLists(name + kind);
      }
    }
    c.symlink("target", directory + "/link");
    c.stat(directory + "/link");
  }

  private static void defaultLists(CallTranscript c) {
    c.chmod(".", 0777);
    AccessList[] defaults = {
      AccessList.ofMode(0750),
      AccessList.ofMode(0777),
      AccessList.ofMode(0700).user(USER, 6).group(GROUP, 5).mask(7),
      AccessList.ofMode(0775).user(USER, 7).mask(4)
    };
    for (int number = 0; number < defaults.length; number++) {
      for (int mask : new int[] {0, 022, 077}) {
        String name = "dir" + number + "with" + mask;
        c.mkdir(name, 0755);
        c.chmod(name, 0777);
        c.setList(name, defaults[number], true);
        c.getLists(name);
        c.withUmask(mask, () -> makeOfEachKind(c, name));
        String theirs = name + "/theirs";
        c.mkdir(theirs, 0777);
        c.chmod(theirs, 0777);
        c.withUmask(mask, () -> c.as(OWNER, GROUP, () -> makeOfEachKind(c, theirs)));
      }
    }
    c.removexattr("dir2with0", AccessList.name(true));
    c.removexattr("dir2with0", AccessList.name(true));
    c.withUmask(022, () -> c.mkdir("dir2with0/after", 0777));
    c.getLists("dir2with0/after");
    c.stat("dir2with0/after");
  }

  private static void umasks(CallTranscript c) {
    for (int mask : new int[] {0, 022, 027, 077, 0777}) {
      String name = "mask" + mask;
      c.mkdir(name, 0755);
      c.chmod(name, 0777);
      c.withUmask(mask, () -> makeOfEachKind(c, name));
      c.mkdir(name + "/theirs", 0777);
      c.withUmask(mask, () -> c.as(OWNER, GROUP, () -> makeOfEachKind(c, name + "/theirs")));
    }
  }

  private static void listsAndModes(CallTranscript c) {
    c.chmod(".", 0777);
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.chown("file", OWNER, GROUP);
    c.setList("file", AccessList.ofMode(0640).user(USER, 6).mask(6), false);
    for (int mode : new int[] {0644, 0600, 0060, 0777, 04755}) {
      c.chmod("file", mode);
      c.stat("file");
      c.getLists("file");
      c.as(USER, USER, () -> c.open("file", O_RDWR));
      c.as(OTHER, GROUP, () -> c.open("file", O_RDONLY));
    }
    c.chown("file", USER, USER);
    c.getLists("file");
    c.rename("file", "renamed");
    c.link("renamed", "linked");
    c.getLists("linked");
    c.removexattr("linked", AccessList.name(false));
    c.getLists("renamed");
    c.stat("renamed");
    c.removexattr("linked", AccessList.name(false));
    c.listxattr("renamed", 1000);
  }

  private static void setGroupIdAndLists(CallTranscript c) {
    c.chmod(".", 0777);
    for (int mode : new int[] {02755, 02644, 06777}) {
      for (int[] groups : new int[][] {NONE, {GROUP}}) {
        String name = "file%o of %d".formatted(mode, groups.length);
        c.close(c.open(name, O_RDWR | O_CREAT));
        c.chown(name, OWNER, GROUP);
        c.chmod(name, mode);
        c.as(OWNER, OTHER, groups, () -> c.setList(name, AccessList.ofMode(0755), false));
        c.stat(name);
        c.chmod(name, mode);
        c.as(
            OWNER,
            OTHER,
            groups,
            () -> c.setList(name, AccessList.ofMode(0750).user(USER, 7).mask(7), false));
        c.stat(name);
        c.chmod(name, mode);
        c.setList(name, AccessList.ofMode(0711), false);
        c.stat(name);
      }
    }
  }

  private static void wrongLists(CallTranscript c) {
    c.chmod(".", 0777);
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.mkdir("dir", 0755);
    c.symlink("file", "link");
    AccessList[] wrong = {
      AccessList.empty(),
      AccessList.ofAnotherVersion(),
      AccessList.ofMode(0644).user(USER, 6),
      AccessList.ofMode(0644).user(USER, 6).user(USER, 4).mask(7),
      AccessList.ofMode(0644).user(USER, 9).mask(7)
    };
    for (String file : new String[] {"file", "dir", "link", "none"}) {
      for (AccessList list : wrong) {
        c.setList(file, list, false);
        c.setList(file, list, true);
      }
      c.setList(file, AccessList.ofMode(0644), true);
      c.getLists(file);
      c.as(OTHER, OTHER, () -> c.setList(file, AccessList.ofMode(0666), false));
      c.as(OTHER, OTHER, () -> c.removexattr(file, AccessList.name(false)));
      c.getLists(file);
      c.setxattr(file, "system.other", "x", 0);
      c.setxattr(file, "system.posix_acl_accesses", "x", 0);
      c.setxattr(file, "system.posix_acl", "x", 0);
    }
    AccessList full = AccessList.ofMode(0644).mask(7);
    for (int user = 0; user < 100; user++) {
      full = full.user(USER + user, 4);
    }
    c.setList("file", full, false);
    c.getLists("file");
    c.getxattr("file", AccessList.name(false), 0);
    c.getxattr("file", AccessList.name(false), 10);
    c.as(USER + 99, USER, () -> c.open("file", O_RDONLY));
  }
}
