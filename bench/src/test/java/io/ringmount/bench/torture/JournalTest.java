package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JournalTest {
  private final ConcurrentLinkedQueue<Message> messages = new ConcurrentLinkedQueue<>();
  private final Journal journal = new Journal(messages::add);

  private static void rest(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void everyCallCountsAndErrorsAreThrown() throws Exception {
    assertEquals(7, journal.call("read", "file", () -> 7));
    LinuxException e =
        assertThrows(LinuxException.class, () -> journal.call("read", "file", () -> -Errno.EIO));
    assertTrue(e.getMessage().startsWith("read file: EIO"), e.getMessage());
    assertEquals(-Errno.ENOENT, journal.attempt("stat", "file", () -> -Errno.ENOENT));
    assertEquals(3, journal.count());
    assertEquals(3, journal.latencies().getTotalCount());
  }

  @Test
  void aSlowCallIsReported() throws Exception {
    long before = System.nanoTime();
    journal.call(
        "rename",
        "a b",
        () -> {
          rest(5);
          return 0;
        });
    Message slow = messages.remove();
    assertEquals(Message.Kind.SLOW, slow.kind());
    assertEquals("rename", slow.text(2));
    assertTrue(slow.number(1) - slow.number(0) >= 5_000_000);
    assertTrue(slow.number(0) >= before);
  }

  @Test
  void aCallThatHangsIsReportedOnce() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread client =
        Thread.ofPlatform()
            .start(() ->
                journal.attempt(
                    "open",
                    "file",
                    () -> {
                      began.countDown();
                      rest(1);
                      while (end.getCount() > 0) {
                        rest(1);
                      }
                      return 0;
                    }));
    began.await();
    journal.look(TimeUnit.MINUTES.toNanos(1));
    assertEquals(0, messages.size());
    rest(3);
    journal.look(TimeUnit.MILLISECONDS.toNanos(1));
    journal.look(TimeUnit.MILLISECONDS.toNanos(1));
    assertEquals(1, messages.size());
    assertEquals(Message.Kind.HUNG, messages.peek().kind());
    assertEquals("open file", messages.peek().text(1));
    end.countDown();
    client.join();
    journal.look(0);
    assertEquals(
        List.of(Message.Kind.HUNG, Message.Kind.SLOW),
        messages.stream().map(Message::kind).toList());
  }

  @Test
  void theLibrarysTextForACancelledCallIsKnown() throws IOException {
    LinuxException e =
        assertThrows(
            LinuxException.class,
            () ->
                journal.io(
                    "open",
                    "file",
                    () -> {
                      throw new FileSystemException("file", null, "Operation canceled");
                    }));
    assertEquals(Errno.ECANCELED, e.errno());
    assertEquals("yes", journal.io("open", "file", () -> "yes"));
  }
}
