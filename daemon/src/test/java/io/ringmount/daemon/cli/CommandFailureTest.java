package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class CommandFailureTest {
  private static String message(String what, String where, Throwable cause) {
    return new CommandFailure(what, where, cause).getMessage();
  }

  @Test
  void aLineIsWhatWhereRemedy() {
    assertEquals("a, b; c", new CommandFailure("a", "b", "c").getMessage());
    assertEquals("a", new CommandFailure("a", "", "").getMessage());
  }

  @Test
  void theRemedyOfACauseComesLast() {
    IOException cause = new IOException("no device; run: modprobe fuse");
    assertEquals(
        "cannot mount: no device, /mnt; run: modprobe fuse",
        message("cannot mount", "/mnt", cause));
  }

  @Test
  void causesAreToldOnceEach() {
    LinuxException errno = new LinuxException("open", "/dev/fuse", Errno.EACCES);
    IOException wrapped = new IOException(errno.getMessage() + "; be root", errno);
    assertEquals(
        "open /dev/fuse: EACCES (permission denied); be root", CommandFailure.describe(wrapped));
    assertEquals(
        "outer: inner",
        CommandFailure.describe(new IOException("outer", new IOException("inner"))));
  }

  @Test
  void javasBareFileNamesAreExplained() {
    assertEquals(
        "cannot: no such file or directory, /a",
        message("cannot", "/a", new NoSuchFileException("/a")));
  }

  @Test
  void programFaultsSayWhatTheyAre() {
    assertEquals(
        "java.lang.IllegalStateException: odd",
        CommandFailure.describe(new IllegalStateException("odd")));
    assertEquals(
        "java.lang.NullPointerException", CommandFailure.describe(new NullPointerException()));
  }

  @Test
  void everythingIsOneLine() {
    assertEquals("a b c", CommandFailure.oneLine(" a\n  b\r\nc\n"));
    assertEquals(1, new CommandFailure("x\ny", "z", "").lines().size());
  }
}
