package io.ringmount.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ControlServerTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final MountStatus STATUS =
      new MountStatus(
          "/mnt/ü",
          "/src",
          "uring",
          "a \"reason\"\nin two lines",
          "strict",
          "none",
          1,
          "2026-02-01T10:00:00Z",
          "1.0",
          42,
          null,
          7,
          List.of(new MountStatus.Channel("channel-0", 0, 16, 50, 1, 1L << 40, 9, 2, 3)),
          new MountStatus.Totals(
              "2026-01-01T10:00:00Z",
              2,
              1L << 41,
              1,
              2,
              3,
              4,
              5,
              Map.of("EIO", 6L),
              List.of(new MountStatus.Operation("READ", 7, 1.5, 1, 2, 3.5))),
          16,
          1 << 20,
          1 << 10,
          Map.of("busy_poll", "auto"),
          Map.of(3, Map.of("busy_poll", "50us")),
          null);
  private static final TuneReply TUNED =
      new TuneReply(
          List.of(new TuneReply.Change("busy_poll", "auto", "50us")),
          Map.of("busy_poll", "auto"),
          Map.of(3, Map.of("busy_poll", "50us")),
          List.of(new TuneReply.Mistake("what", "remedy")));

  private final List<TuneRequest> asked = new CopyOnWriteArrayList<>();
  @TempDir private Path temp;

  private Path socket() {
    return temp.resolve("control.sock");
  }

  private ControlServer server(Duration limit) throws IOException {
    Map<String, ControlServer.Answer> answers =
        Map.of(
            "status",
            _ -> STATUS,
            "tune",
            arguments -> {
              asked.add(TuneRequest.read(arguments));
              return TUNED;
            },
            "broken",
            _ -> {
              throw new IllegalStateException("on purpose");
            });
    return new ControlServer(socket(), answers, _ -> true, limit);
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket()));
  }

  private String exchange(byte[] request) throws IOException {
    try (SocketChannel peer = connect()) {
      peer.write(ByteBuffer.wrap(request));
      return ControlProtocol.readLine(peer, ControlProtocol.LONGEST_REPLY);
    }
  }

  private String exchange(String request) throws IOException {
    return exchange(request.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void statusComesBackAsItWas() throws IOException {
    try (ControlServer _ = server(LONG)) {
      assertEquals(STATUS, new ControlClient(socket()).status());
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
    }
    assertFalse(Files.exists(socket()));
  }

  @Test
  void argumentsArriveAsTheyWereSentAndSoDoesTheAnswer() throws IOException {
    Map<String, String> hostile = Map.of("käy\n\"", "\u0000", "", "=");
    List<TuneRequest> sent =
        List.of(
            new TuneRequest(3, hostile),
            new TuneRequest(null, Map.of()),
            new TuneRequest(-1, hostile));
    try (ControlServer _ = server(LONG)) {
      for (TuneRequest request : sent) {
        assertEquals(TUNED, new ControlClient(socket()).tune(request));
      }
    }
    assertEquals(sent, asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "\"core\"",
        "3",
        "{\"set\":null}",
        "{\"set\":[]}",
        "{\"set\":{\"busy_poll\":null}}",
        "{\"set\":{\"busy_poll\":0}}",
        "{\"set\":{\"busy_poll\":{}}}",
        "{\"set\":{\"busy_poll\":[\"0\"]}}",
        "{\"core\":\"x\",\"set\":{}}",
        "{\"core\":1.5,\"set\":{}}",
        "{\"core\":99999999999,\"set\":{}}",
        "{\"core\":[1],\"set\":{}}"
      })
  void argumentsThatMakeNoSenseGetAnErrorAndChangeNothing(String arguments) throws IOException {
    try (ControlServer _ = server(LONG)) {
      assertEquals(
          "{\"error\":\"not a request\"}",
          exchange("{\"request\":\"tune\",\"arguments\":" + arguments + "}\n"));
      assertEquals(List.of(), asked);
    }
  }

  @Test
  void fieldsWithoutAValueAreThereAsNull() throws IOException {
    try (ControlServer _ = server(LONG)) {
      String reply = exchange("{\"request\":\"status\"}\n");
      assertTrue(reply.contains("\"watchdogPid\":null"), reply);
      assertTrue(reply.contains("\"cache\":null"), reply);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "null\n",
        "[]\n",
        "status\n",
        "{\"request\":\n",
        "{\"request\":{\"a\":1}}\n",
        "{\"request\":null}\n",
        "{\"request\":\"nothing\"}\n",
        "{}\n",
        "{\"request\":\"status\"} trailing\n",
        "\u0000\u0001\u0002\n"
      })
  void garbageGetsAnErrorAndHurtsNobody(String garbage) throws IOException {
    try (ControlServer _ = server(LONG)) {
      assertTrue(exchange(garbage).startsWith("{\"error\":\""));
      assertEquals(STATUS, new ControlClient(socket()).status());
    }
  }

  @Test
  void bytesThatAreNoTextGetAnError() throws IOException {
    try (ControlServer _ = server(LONG)) {
      assertTrue(exchange(new byte[] {-1, -2, (byte) 0xc0, '\n'}).startsWith("{\"error\":\""));
    }
  }

  @Test
  void anAnswerThatFailsIsAnError() throws IOException {
    try (ControlServer _ = server(LONG)) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> new ControlClient(socket()).ask("broken", null, Object.class));
      assertTrue(e.getMessage().contains("on purpose"), e.getMessage());
    }
  }

  @Test
  void aRequestThatIsTooLongIsDropped() throws IOException {
    try (ControlServer _ = server(LONG)) {
      byte[] endless = new byte[2 * ControlProtocol.LONGEST_REQUEST];
      assertThrows(IOException.class, () -> exchange(endless));
      assertEquals(STATUS, new ControlClient(socket()).status());
    }
  }

  @Test
  void silentPeersAreDroppedInTheEndAndHoldUpNobodyMeanwhile() throws IOException {
    try (ControlServer _ = server(SHORT);
        SocketChannel silent = connect();
        SocketChannel slow = connect()) {
      slow.write(ByteBuffer.wrap("{\"requ".getBytes(StandardCharsets.UTF_8)));
      assertEquals(STATUS, new ControlClient(socket()).status());
      assertEquals(-1, silent.read(ByteBuffer.allocate(1)));
      assertEquals(-1, slow.read(ByteBuffer.allocate(1)));
    }
  }

  @Test
  void tooManyPeersAreRefusedAndLaterOnesServed() throws IOException {
    List<SocketChannel> silent = new ArrayList<>();
    try (ControlServer _ = server(SHORT)) {
      for (int i = 0; i < ControlServer.MOST_PEERS + 1; i++) {
        silent.add(connect());
      }
      assertEquals(-1, silent.getLast().read(ByteBuffer.allocate(1)));
      assertEquals(-1, silent.getFirst().read(ByteBuffer.allocate(1)));
      awaitStatus();
    } finally {
      for (SocketChannel each : silent) {
        each.close();
      }
    }
  }

  /** Peers end one after the other; a place is free soon. */
  private void awaitStatus() {
    while (true) {
      try {
        assertEquals(STATUS, new ControlClient(socket()).status());
        return;
      } catch (IOException stillFull) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void strangersAreRefused() throws IOException {
    // Before anything is read of them: what they write may meet a closed socket.
    try (ControlServer _ = new ControlServer(socket(), Map.of(), _ -> false, LONG);
        SocketChannel peer = connect()) {
      String line = ControlProtocol.readLine(peer, ControlProtocol.LONGEST_REPLY);
      assertTrue(line.contains("may not ask"), line);
    }
  }

  @Test
  void theOwnUserIsAdmitted() throws IOException {
    try (ControlServer _ = new ControlServer(socket(), Map.of("status", _ -> STATUS))) {
      assertEquals(STATUS, new ControlClient(socket()).status());
    }
  }

  @Test
  void aSocketLeftBehindIsReplaced() throws IOException {
    Files.createFile(socket());
    try (ControlServer _ = server(LONG)) {
      assertEquals(STATUS, new ControlClient(socket()).status());
    }
  }

  @Test
  void aClientSaysInPlainWordsThatNobodyIsThere() throws IOException {
    IOException missing =
        assertThrows(IOException.class, () -> new ControlClient(socket()).status());
    assertEquals("its control socket is missing", missing.getMessage());
    try (ServerSocketChannel abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      abandoned.bind(UnixDomainSocketAddress.of(socket()));
    }
    IOException refused =
        assertThrows(IOException.class, () -> new ControlClient(socket()).status());
    assertEquals("nobody listens on its control socket", refused.getMessage());
  }

  @Test
  void aClientDoesNotWaitForEverForItsAnswer() throws IOException {
    Map<String, ControlServer.Answer> answers =
        Map.of(
            "status",
            _ -> {
              try {
                Thread.sleep(LONG);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return STATUS;
            });
    try (ControlServer _ = new ControlServer(socket(), answers, _ -> true, LONG)) {
      assertThrows(IOException.class, () -> new ControlClient(socket(), SHORT).status());
    }
  }
}
