package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.Name;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names: a process ended before it answered a request, and another one answers as if done once. */
@Timeout(30)
class MirrorResumedTest {
  private static final int USER = 4242;

  /** When the first process ended. */
  enum Moment {
    /** Nothing is in the journal. */
    ARRIVED,
    /** The journal is written. */
    BEGUN,
    /** The backend has done it. */
    ACTED,
    /** The outcome is in the journal. */
    NOTED
  }

  @TempDir Path source;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  private long file(String name, String content) throws Exception {
    Files.writeString(source.resolve(name), content);
    return mirror.node(name);
  }

  private Attempt crash(Attempt attempt) throws IOException {
    mirror.crash();
    return attempt.resumed();
  }

  /** Lets enough time pass that what was there before is older than what comes. */
  private static void age() throws InterruptedException {
    Thread.sleep(50);
  }

  /** Notes what a name means as the subject of a journal that is about to begin. */
  private Journal subject(Attempt attempt, String name) {
    Scratch scratch = Scratch.get();
    Name path = Name.of(source.resolve(name).toString());
    assertTrue(Traces.statx(FileFlags.AT_FDCWD, path, scratch) >= 0);
    Journal journal = attempt.written();
    journal.subject(scratch.statx);
    return journal;
  }

  private static Journal begin(Attempt attempt, int kind) {
    Journal journal = attempt.written();
    journal.now();
    assertFalse(journal.begin(kind));
    return journal;
  }

  // ---- make ------------------------------------------------------------------------------------

  /** Brings a request that makes something to a moment. */
  private void reach(Moment moment, Attempt attempt, Runnable operation) {
    switch (moment) {
      case ARRIVED -> {}
      case BEGUN -> begin(attempt, JournalLayout.MAKE);
      case ACTED -> {
        operation.run();
        attempt.withoutOutcome();
      }
      case NOTED -> operation.run();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mkdirIsDoneOnce(Moment moment) throws Exception {
    Attempt attempt = new Attempt(USER);
    reach(moment, attempt, () -> mirror.mkdir(attempt, Mirror.ROOT, "dir", 0750).assertDone());
    crash(attempt);
    Answer.OfLookup made = mirror.mkdir(attempt, Mirror.ROOT, "dir", 0750);
    assertEquals(FileFlags.S_IFDIR | 0750, made.attributes().mode());
    assertEquals(USER, made.attributes().uid());
    assertEquals(made.node(), mirror.node("dir"));
    assertEquals(2, mirror.fs.knownInodes());
  }

  @ParameterizedTest
  @EnumSource
  void mknodIsDoneOnce(Moment moment) throws Exception {
    int mode = FileFlags.S_IFIFO | 0600;
    Attempt attempt = new Attempt();
    reach(moment, attempt, () -> mirror.mknod(attempt, Mirror.ROOT, "fifo", mode, 0).assertDone());
    crash(attempt);
    assertEquals(mode, mirror.mknod(attempt, Mirror.ROOT, "fifo", mode, 0).attributes().mode());
  }

  @ParameterizedTest
  @EnumSource
  void symlinkIsDoneOnce(Moment moment) throws Exception {
    Attempt attempt = new Attempt(USER);
    reach(
        moment, attempt, () -> mirror.symlink(attempt, Mirror.ROOT, "link", "target").assertDone());
    crash(attempt);
    long node = mirror.symlink(attempt, Mirror.ROOT, "link", "target").node();
    assertEquals("target", mirror.readlink(node).text());
  }

  @Test
  void whatWasThereBeforeIsNotTakenForMade() throws Exception {
    mirror.mkdir(new Attempt(), Mirror.ROOT, "old", 0755).assertDone();
    mirror.symlink(new Attempt(), Mirror.ROOT, "link", "target").assertDone();
    age();
    for (String name : new String[] {"old", "link"}) {
      Attempt attempt = new Attempt();
      begin(attempt, JournalLayout.MAKE);
      attempt.resumed();
      mirror.mkdir(attempt, Mirror.ROOT, name, 0755).assertErrno(Errno.EEXIST);
    }
    Attempt others = new Attempt(USER);
    begin(others, JournalLayout.MAKE);
    Files.createDirectory(source.resolve("others"));
    Files.createSymbolicLink(source.resolve("another"), Path.of("elsewhere"));
    mirror.mkdir(others.resumed(), Mirror.ROOT, "others", 0755).assertErrno(Errno.EEXIST);
    Attempt link = new Attempt();
    begin(link, JournalLayout.MAKE);
    mirror.symlink(link.resumed(), Mirror.ROOT, "another", "target").assertErrno(Errno.EEXIST);
  }

  @Test
  void failureIsAnsweredAgain() throws Exception {
    Attempt attempt = new Attempt();
    Files.createDirectory(source.resolve("dir"));
    mirror.mkdir(attempt, Mirror.ROOT, "dir", 0755).assertErrno(Errno.EEXIST);
    Files.delete(source.resolve("dir"));
    crash(attempt);
    mirror.mkdir(attempt, Mirror.ROOT, "dir", 0755).assertErrno(Errno.EEXIST);
    assertFalse(Files.exists(source.resolve("dir")));
  }

  // ---- link ------------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void linkIsDoneOnce(Moment moment) throws Exception {
    long node = file("file", "content");
    Attempt attempt = new Attempt();
    switch (moment) {
      case ARRIVED -> {}
      case BEGUN -> begin(attempt, JournalLayout.LINK);
      case ACTED -> {
        mirror.link(attempt, node, Mirror.ROOT, "link").assertDone();
        attempt.withoutOutcome();
      }
      case NOTED -> mirror.link(attempt, node, Mirror.ROOT, "link").assertDone();
    }
    crash(attempt);
    Answer.OfLookup linked = mirror.link(attempt, node, Mirror.ROOT, "link");
    assertEquals(node, linked.node());
    assertEquals(2, linked.attributes().links());
  }

  @Test
  void anotherFileIsNotTakenForTheLink() throws Exception {
    long node = file("file", "content");
    file("link", "another");
    Attempt attempt = new Attempt();
    begin(attempt, JournalLayout.LINK);
    crash(attempt);
    mirror.link(attempt, node, Mirror.ROOT, "link").assertErrno(Errno.EEXIST);
  }

  // ---- remove ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void unlinkIsDoneOnce(Moment moment) throws Exception {
    long node = file("file", "content");
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    Attempt attempt = new Attempt();
    if (moment == Moment.BEGUN) {
      subject(attempt, "file").begin(JournalLayout.REMOVE);
    } else if (moment != Moment.ARRIVED) {
      mirror.unlink(attempt, Mirror.ROOT, "file").assertDone();
    }
    if (moment == Moment.ACTED) {
      attempt.withoutOutcome();
    }
    crash(attempt);
    mirror.unlink(attempt, Mirror.ROOT, "file").assertDone();
    assertFalse(Files.exists(source.resolve("file")));
    mirror.crash();
    assertEquals("content", mirror.read(node, handle, 0, 99).text());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void unlinkDoesNotRemoveWhatCameAfterIt(boolean noted) throws Exception {
    file("file", "old");
    Attempt attempt = new Attempt();
    mirror.open(mirror.node("file"), FileFlags.O_RDONLY).assertDone();
    mirror.unlink(attempt, Mirror.ROOT, "file").assertDone();
    Files.writeString(source.resolve("file"), "new");
    if (!noted) {
      attempt.withoutOutcome();
    }
    crash(attempt);
    mirror.unlink(attempt, Mirror.ROOT, "file").assertDone();
    assertEquals("new", Files.readString(source.resolve("file")));
  }

  @ParameterizedTest
  @EnumSource
  void rmdirIsDoneOnce(Moment moment) throws Exception {
    long node = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0750).node();
    Attempt attempt = new Attempt();
    if (moment == Moment.BEGUN) {
      subject(attempt, "dir").begin(JournalLayout.REMOVE);
    } else if (moment != Moment.ARRIVED) {
      mirror.rmdir(attempt, Mirror.ROOT, "dir").assertDone();
    }
    if (moment == Moment.ACTED) {
      attempt.withoutOutcome();
    }
    crash(attempt);
    mirror.rmdir(attempt, Mirror.ROOT, "dir").assertDone();
    mirror.crash();
    assertEquals(FileFlags.S_IFDIR | 0750, mirror.getattr(node).attributes().mode());
  }

  @Test
  void whatWasNotThereIsStillNotThere() throws Exception {
    Attempt attempt = new Attempt();
    mirror.unlink(attempt, Mirror.ROOT, "none").assertErrno(Errno.ENOENT);
    crash(attempt);
    mirror.unlink(attempt, Mirror.ROOT, "none").assertErrno(Errno.ENOENT);
    Attempt full = new Attempt();
    mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).assertDone();
    Files.createFile(source.resolve("dir/file"));
    mirror.rmdir(full, Mirror.ROOT, "dir").assertErrno(Errno.ENOTEMPTY);
    crash(full.withoutOutcome());
    mirror.rmdir(full, Mirror.ROOT, "dir").assertErrno(Errno.ENOTEMPTY);
  }

  // ---- rename ----------------------------------------------------------------------------------

  private Attempt renamed(Moment moment, int flags) {
    Attempt attempt = new Attempt();
    if (moment == Moment.BEGUN) {
      subject(attempt, "from").begin(JournalLayout.RENAME);
    } else if (moment != Moment.ARRIVED) {
      mirror.rename(attempt, Mirror.ROOT, "from", Mirror.ROOT, "to", flags).assertDone();
    }
    return moment == Moment.ACTED ? attempt.withoutOutcome() : attempt;
  }

  @ParameterizedTest
  @EnumSource
  void renameIsDoneOnce(Moment moment) throws Exception {
    long from = file("from", "from");
    long to = file("to", "to");
    long handle = mirror.open(to, FileFlags.O_RDONLY).handle();
    Attempt attempt = crash(renamed(moment, 0));
    mirror.rename(attempt, Mirror.ROOT, "from", Mirror.ROOT, "to", 0).assertDone();
    assertFalse(Files.exists(source.resolve("from")));
    assertEquals(from, mirror.node("to"));
    mirror.crash();
    assertEquals("to", mirror.read(to, handle, 0, 9).text());
  }

  @ParameterizedTest
  @EnumSource
  void renameToANewNameIsDoneOnce(Moment moment) throws Exception {
    long from = file("from", "from");
    int flags = FileFlags.RENAME_NOREPLACE;
    Attempt attempt = crash(renamed(moment, flags));
    mirror.rename(attempt, Mirror.ROOT, "from", Mirror.ROOT, "to", flags).assertDone();
    assertEquals(from, mirror.node("to"));
  }

  @ParameterizedTest
  @EnumSource
  void exchangeIsDoneOnce(Moment moment) throws Exception {
    long from = file("from", "from");
    long to = file("to", "to");
    int flags = FileFlags.RENAME_EXCHANGE;
    Attempt attempt = crash(renamed(moment, flags));
    mirror.rename(attempt, Mirror.ROOT, "from", Mirror.ROOT, "to", flags).assertDone();
    assertEquals(from, mirror.node("to"));
    assertEquals(to, mirror.node("from"));
  }

  @Test
  void renameDoesNotMoveWhatCameAfterIt() throws Exception {
    file("from", "from");
    Attempt attempt = renamed(Moment.ACTED, 0);
    Files.writeString(source.resolve("from"), "later");
    crash(attempt);
    mirror.rename(attempt, Mirror.ROOT, "from", Mirror.ROOT, "to", 0).assertDone();
    assertEquals("from", Files.readString(source.resolve("to")));
    assertEquals("later", Files.readString(source.resolve("from")));
  }

  @Test
  void renameThatFailsStillFails() throws Exception {
    file("from", "from");
    long to = file("to", "to");
    Attempt attempt = new Attempt();
    subject(attempt, "from").begin(JournalLayout.RENAME);
    crash(attempt);
    mirror
        .rename(attempt, Mirror.ROOT, "from", Mirror.ROOT, "to", FileFlags.RENAME_NOREPLACE)
        .assertErrno(Errno.EEXIST);
    assertEquals(to, mirror.node("to"));
    assertNotEquals(to, mirror.node("from"));
  }
}
