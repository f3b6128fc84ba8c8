package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
  @Test
  void aMessageIsALine() {
    Message message = Message.of(Message.Kind.SLOW, 17, -3L, "read");
    assertEquals("SLOW\t17\t-3\tread", message.line());
    assertEquals(message, Message.parse(message.line()));
    assertEquals(-3, message.number(1));
    Message none = Message.of(Message.Kind.READY);
    assertEquals(none, Message.parse(none.line()));
  }

  @Test
  void whatEndsALineIsReplaced() {
    assertEquals(
        List.of("TASK", "a b c"),
        Message.parse(Message.of(Message.Kind.VIOLATION, "TASK", "a\nb\tc").line()).fields());
  }

  @Test
  void otherTextIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Message.parse("Exception in thread"));
  }

  @Test
  void aPlanGoesThroughACommandLine() {
    ClientPlan plan = new ClientPlan(Path.of("/a b"), 1, 4, 2, -5, 6, 7, true);
    assertEquals(plan, ClientPlan.of(plan.arguments()));
  }
}
