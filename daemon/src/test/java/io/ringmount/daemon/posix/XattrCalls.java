package io.ringmount.daemon.posix;

import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_RDWR;

import java.util.List;

/** Extended attributes. */
final class XattrCalls {
  private static final int CREATE = 1;
  private static final int REPLACE = 2;

  private XattrCalls() {}

  static List<CallScript> scripts() {
    return List.of(
        new CallScript("attributes of each type", XattrCalls::attributesOfEachType),
        new CallScript("lengths of attributes", XattrCalls::lengthsOfAttributes),
        new CallScript("flags of attributes", XattrCalls::flagsOfAttributes),
        new CallScript("names of attributes", XattrCalls::namesOfAttributes));
  }

  private static void attributesOfEachType(CallTranscript c) {
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.mkdir("dir", 0755);
    c.symlink("file", "link");
    c.symlink("missing", "dangling");
    for (String file : new String[] {"file", "dir", "link", "dangling", "none"}) {
      for (String name : new String[] {"user.a", "trusted.a", "security.a"}) {
        c.getxattr(file, name, 100);
        c.setxattr(file, name, "value of " + file, 0);
        c.getxattr(file, name, 100);
      }
      c.listxattr(file, 1000);
      c.removexattr(file, "user.a");
      c.removexattr(file, "user.a");
      c.listxattr(file, 1000);
    }
    c.stat("file");
    c.link("file", "second");
    c.listxattr("second", 1000);
    c.unlink("file");
    c.getxattr("second", "trusted.a", 100);
  }

  private static void lengthsOfAttributes(CallTranscript c) {
    c.close(c.open("file", O_RDWR | O_CREAT));
    for (int length : new int[] {0, 1, 255, 1000, 3000, 65536, 65537}) {
      c.setxattr("file", "user.long", "v".repeat(length), 0);
      c.getxattr("file", "user.long", 0);
      c.getxattr("file", "user.long", Math.max(1, length - 1));
      c.getxattr("file", "user.long", 65536);
      c.getxattr("file", "user.long", 200_000);
    }
    for (int i = 0; i < 20; i++) {
      c.setxattr("file", "user.number" + i, Integer.toString(i), 0);
    }
    c.listxattr("file", 0);
    c.listxattr("file", 10);
    c.listxattr("file", 65536);
  }

  private static void flagsOfAttributes(CallTranscript c) {
    c.close(c.open("file", O_RDWR | O_CREAT));
    c.setxattr("file", "user.a", "1", REPLACE);
    c.setxattr("file", "user.a", "2", CREATE);
    c.setxattr("file", "user.a", "3", CREATE);
    c.setxattr("file", "user.a", "4", REPLACE);
    c.setxattr("file", "user.a", "5", CREATE | REPLACE);
    c.setxattr("file", "user.a", "6", 4);
    c.getxattr("file", "user.a", 10);
  }

  private static void namesOfAttributes(CallTranscript c) {
    c.close(c.open("file", O_RDWR | O_CREAT));
    String longest = "user." + "n".repeat(250);
    for (String name :
        new String[] {"user.", "user", "", "a", "unknown.a", "user.ü/..", longest, longest + "n"}) {
      c.setxattr("file", name, "x", 0);
      c.getxattr("file", name, 10);
      c.removexattr("file", name);
    }
  }
}
