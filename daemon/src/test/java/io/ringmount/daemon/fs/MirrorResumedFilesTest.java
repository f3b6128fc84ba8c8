package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Open files: a process ended before it answered a request, and another one answers. */
@Timeout(30)
class MirrorResumedFilesTest {
  private static final int USER = 4242;
  private static final int EXCLUSIVE = FileFlags.O_RDWR | FileFlags.O_EXCL;

  @TempDir Path source;
  private Path file;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    file = source.resolve("file");
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  private Attempt crash(Attempt attempt) throws IOException {
    mirror.crash();
    return attempt.resumed();
  }

  private static Journal begin(Attempt attempt, int kind) {
    Journal journal = attempt.written();
    journal.now();
    assertFalse(journal.begin(kind));
    return journal;
  }

  // ---- create ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(MirrorResumedTest.Moment.class)
  void createIsDoneOnce(MirrorResumedTest.Moment moment) throws Exception {
    Attempt attempt = new Attempt(USER);
    switch (moment) {
      case ARRIVED -> {}
      case BEGUN -> begin(attempt, JournalLayout.CREATE);
      case ACTED, NOTED ->
          mirror.create(attempt, Mirror.ROOT, "file", 0400, EXCLUSIVE).assertDone();
    }
    if (moment == MirrorResumedTest.Moment.ACTED) {
      attempt.withoutOutcome();
    }
    crash(attempt);
    Answer.OfEntry made = mirror.create(attempt, Mirror.ROOT, "file", 0400, EXCLUSIVE);
    assertEquals(FileFlags.S_IFREG | 0400, made.attributes().mode());
    assertEquals(USER, made.attributes().uid());
    assertEquals(1, mirror.fs.openHandles(), "the first one's handle was left");
    mirror.write(made.node(), made.handle(), 0, "text", false).assertDone();
    assertEquals("text", Files.readString(file));
    mirror.crash();
    assertEquals(1, mirror.fs.openHandles());
  }

  @Test
  void createOfWhatIsThereFailsAsBefore() throws Exception {
    Files.writeString(file, "old");
    Thread.sleep(50);
    Attempt attempt = new Attempt();
    begin(attempt, JournalLayout.CREATE);
    crash(attempt);
    mirror.create(attempt, Mirror.ROOT, "file", 0600, EXCLUSIVE).assertErrno(Errno.EEXIST);
    Attempt failed = new Attempt();
    mirror.create(failed, Mirror.ROOT, "file", 0600, EXCLUSIVE).assertErrno(Errno.EEXIST);
    Files.delete(file);
    crash(failed);
    mirror.create(failed, Mirror.ROOT, "file", 0600, EXCLUSIVE).assertErrno(Errno.EEXIST);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void creationThatOpenedKeepsWhatOthersWrote(boolean noted) throws Exception {
    Files.writeString(file, "old");
    Thread.sleep(50);
    int flags = FileFlags.O_RDWR | FileFlags.O_TRUNC;
    Attempt attempt = new Attempt(0);
    mirror.create(attempt, Mirror.ROOT, "file", 0600, flags).assertDone();
    Files.writeString(file, "others");
    if (!noted) {
      attempt.withoutOutcome();
    }
    crash(attempt);
    Answer.OfEntry opened = mirror.create(attempt, Mirror.ROOT, "file", 0600, flags);
    opened.assertDone();
    assertEquals(noted ? "others" : "", Files.readString(file));
    assertEquals(1, mirror.fs.openHandles());
  }

  @Test
  void fileThatWasMadeKeepsWhatItsModeAsksFor() throws Exception {
    int flags = FileFlags.O_RDWR | FileFlags.O_TRUNC;
    Attempt attempt = new Attempt(USER);
    mirror.create(attempt, Mirror.ROOT, "file", 04700, flags, true).assertDone();
    crash(attempt.withoutOutcome());
    Answer.OfEntry made = mirror.create(attempt, Mirror.ROOT, "file", 04700, flags, true);
    assertEquals(FileFlags.S_IFREG | 04700, made.attributes().mode());
  }

  @Test
  void fileThatVanishedMeanwhileIsMadeAgain() throws Exception {
    Attempt attempt = new Attempt();
    mirror.create(attempt, Mirror.ROOT, "file", 0600, EXCLUSIVE).assertDone();
    Files.delete(file);
    crash(attempt);
    mirror.create(attempt, Mirror.ROOT, "file", 0600, EXCLUSIVE).assertDone();
    assertTrue(Files.exists(file));
  }

  // ---- open and release ------------------------------------------------------------------------

  @Test
  void openLeavesOneHandleAndTruncatesOnce() throws Exception {
    Files.writeString(file, "content");
    long node = mirror.node("file");
    int flags = FileFlags.O_RDWR | FileFlags.O_TRUNC;
    Attempt begun = new Attempt();
    begin(begun, JournalLayout.OPEN);
    crash(begun);
    mirror.release(node, mirror.open(begun, node, flags, false).handle()).assertDone();
    assertEquals("", Files.readString(file));
    Attempt done = new Attempt();
    long first = mirror.open(done, node, flags, false).handle();
    Files.writeString(file, "others");
    crash(done);
    long second = mirror.open(done, node, flags, false).handle();
    assertEquals("others", mirror.read(node, second, 0, 99).text());
    assertEquals(1, mirror.fs.openHandles());
    mirror.read(node, first, 0, 1).assertErrno(Errno.EBADF);
    mirror.release(node, second).assertDone();
    Attempt directory = new Attempt();
    mirror.opendir(directory, Mirror.ROOT).assertDone();
    crash(directory);
    long handle = mirror.opendir(directory, Mirror.ROOT).handle();
    assertEquals(1, mirror.fs.openHandles());
    mirror.release(Mirror.ROOT, handle).assertDone();
  }

  @Test
  void releaseIsDoneOnce() throws Exception {
    Files.writeString(file, "content");
    long node = mirror.node("file");
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    Attempt attempt = new Attempt();
    mirror.release(attempt, node, handle).assertDone();
    crash(attempt);
    mirror.release(attempt, node, handle).assertDone();
    mirror.release(node, handle).assertErrno(Errno.EBADF);
  }

  // ---- append ----------------------------------------------------------------------------------

  /** What the file holds when the request is resumed, and must hold afterwards. */
  @ParameterizedTest
  @CsvSource({
    "log+, log+entry",
    "log+entry, log+entry",
    "log+en, log+entry",
    "log+other|entry, log+other|entry",
    "log+entry|other, log+entry|other",
    "log+other|ent, log+other|ententry",
    "log+other, log+otherentry",
    "lo, loentry"
  })
  void appendIsDoneOnce(String found, String expected) throws Exception {
    Files.writeString(file, "log+");
    long node = mirror.node("file");
    long handle = mirror.open(node, FileFlags.O_WRONLY | FileFlags.O_APPEND).handle();
    Attempt attempt = new Attempt();
    attempt.written().size(4);
    attempt.written().begin(JournalLayout.APPEND);
    Files.writeString(file, found);
    crash(attempt);
    Answer.OfWrite answer = mirror.write(attempt, node, handle, 4, "entry", false);
    assertEquals(5, answer.written());
    assertEquals(expected, Files.readString(file));
  }

  @Test
  void appendIsRecognisedByWhatItNotedItself() throws Exception {
    Files.writeString(file, "log+");
    long node = mirror.node("file");
    long handle = mirror.open(node, FileFlags.O_WRONLY | FileFlags.O_APPEND).handle();
    Attempt attempt = new Attempt();
    for (int i = 0; i < 3; i++) {
      assertEquals(5, mirror.write(attempt, node, handle, 4, "entry", false).written());
      assertEquals("log+entry", Files.readString(file));
      crash(attempt);
    }
    Attempt arrived = new Attempt();
    crash(arrived);
    mirror.write(arrived, node, handle, 9, "entry", false).assertDone();
    assertEquals("log+entryentry", Files.readString(file));
  }

  @Test
  void longAppendThatWasCutShortIsCompleted() throws Exception {
    Files.writeString(file, "x".repeat(4096));
    String data = "0123456789".repeat(2000);
    long node = mirror.node("file");
    long handle = mirror.open(node, FileFlags.O_RDWR | FileFlags.O_APPEND).handle();
    Attempt attempt = new Attempt();
    attempt.written().size(4096);
    attempt.written().begin(JournalLayout.APPEND);
    Files.writeString(file, "y".repeat(4096), StandardOpenOption.APPEND);
    Files.writeString(file, data.substring(0, 8192), StandardOpenOption.APPEND);
    crash(attempt);
    assertEquals(data.length(), mirror.write(attempt, node, handle, 0, data, false).written());
    assertEquals("x".repeat(4096) + "y".repeat(4096) + data, Files.readString(file));
  }
}
