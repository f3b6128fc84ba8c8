package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.RecordingChannel.Form;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer gave out comes back when the answer is not sent. */
@Timeout(30)
class ReplyUndoTest {
  private static final int CREATE = 35;
  private static final int TMPFILE = 51;

  /** Gives out node 5 and handle 9, and writes down what comes back. */
  private static final class Giver implements FileSystem {
    final List<String> calls = new ArrayList<>();

    @Override
    public void create(
        Request request,
        long parent,
        Name name,
        int mode,
        int flags,
        boolean killPrivileges,
        CreateReply reply) {
      give(reply);
    }

    @Override
    public void tmpfile(Request request, long parent, int mode, int flags, CreateReply reply) {
      give(reply);
    }

    private static void give(CreateReply reply) {
      reply.entry().node(5);
      reply.open().handle(9);
      reply.done();
    }

    @Override
    public void forget(long node, long lookups) {
      calls.add("forget " + node + " " + lookups);
    }

    @Override
    public void release(Request request, long node, long handle, Reply reply) {
      calls.add("release " + node + " " + handle);
      reply.done();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {CREATE, TMPFILE})
  void aNewFileIsClosedAndForgotten(int opcode) throws Exception {
    Giver giver = new Giver();
    try (RecordingChannel channel = RecordingChannel.open(Form.RING, giver)) {
      channel.serve(
          WireRequest.of(opcode, 16).unique(77).name("name".getBytes(StandardCharsets.UTF_8)));
      new ReplyUndo(giver).undo(channel.slot().exchange());
      assertEquals(List.of("forget 5 1", "release 5 9"), giver.calls);
    }
  }
}
