package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Rlimit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ExhaustionTest {
  @Test
  void warnsOnceWithLimitAndRemedy() throws Exception {
    Exhaustion.reset();
    Logger logger = (Logger) LoggerFactory.getLogger(Exhaustion.class);
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    seen.start();
    logger.addAppender(seen);
    try {
      Exhaustion.notice(Errno.ENOENT);
      assertEquals(0, seen.list.size());
      Answers.error(new Answer(), -Errno.EMFILE);
      Exhaustion.notice(Errno.ENFILE);
      assertEquals(1, seen.list.size());
      ILoggingEvent event = seen.list.getFirst();
      assertEquals(Level.WARN, event.getLevel());
      assertTrue(event.getFormattedMessage().contains("EMFILE"));
      assertTrue(event.getFormattedMessage().contains(Long.toString(Rlimit.openFiles())));
      assertTrue(event.getFormattedMessage().contains("LimitNOFILE"));
    } finally {
      logger.detachAppender(seen);
    }
  }
}
