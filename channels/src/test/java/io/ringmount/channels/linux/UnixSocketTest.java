package io.ringmount.channels.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
class UnixSocketTest {
  private static final byte[] HELLO = "hello".getBytes(UTF_8);

  @TempDir Path directory;

  /** How many descriptors of this process lead to {@code file}. */
  private static long openCopies(Path file) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(each -> leadsTo(each, file)).count();
    }
  }

  private static boolean leadsTo(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @Test
  void passedDescriptorsWork() throws IOException {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket left = pair[0];
        UnixSocket right = pair[1];
        SharedMemory memory =
            SharedMemory.createMapped("test-pass", 4096, 0x520000000000L, 1 << 20, 1);
        EventFd event = EventFd.create()) {
      left.send(HELLO, memory.fd(), event.fd());
      UnixSocket.Message message = right.receive(100).orElseThrow();
      assertArrayEquals(HELLO, message.content());
      assertEquals(2, message.descriptors().length);
      try (SharedMemory theirs = SharedMemory.adopt(message.descriptors()[0]);
          EventFd theirEvent = EventFd.adopt(message.descriptors()[1])) {
        assertTrue(theirs.mapAt(0x520000100000L));
        Memory.putInt(theirs.address(), 4711);
        assertEquals(4711, Memory.getInt(memory.address()));
        theirEvent.signal();
        assertEquals(Poll.POLLIN, Poll.one(event.fd(), Poll.POLLIN, 0));
        String info = Files.readString(Path.of("/proc/self/fdinfo/" + theirs.fd()));
        assertTrue(info.contains("flags:\t02"), () -> "closed on exec: " + info);
      }
    }
  }

  @Test
  void messagesKeepTheirBoundsAndTheEndIsSeen() throws LinuxException {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket right = pair[1]) {
      try (UnixSocket left = pair[0]) {
        left.send(new byte[] {1});
        left.send(new byte[] {2, 3});
      }
      assertArrayEquals(new byte[] {1}, right.receive(10).orElseThrow().content());
      UnixSocket.Message second = right.receive(2).orElseThrow();
      assertArrayEquals(new byte[] {2, 3}, second.content());
      assertEquals(0, second.descriptors().length);
      assertTrue(right.receive(10).isEmpty());
      LinuxException e = assertThrows(LinuxException.class, () -> right.send(HELLO));
      assertEquals(Errno.EPIPE, e.errno());
      assertEquals("sendmsg 5 bytes, 0 descriptors: EPIPE (broken pipe)", e.getMessage());
    }
  }

  @Test
  void asManyDescriptorsAsAllowedArrive() throws IOException {
    Path file = Files.createFile(directory.resolve("f")).toRealPath();
    int fd = FileOps.open(file, FileFlags.O_RDONLY);
    int[] many = new int[UnixSocket.MAX_DESCRIPTORS];
    Arrays.fill(many, fd);
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket left = pair[0];
        UnixSocket right = pair[1]) {
      left.send(HELLO, many);
      int[] received = right.receive(100).orElseThrow().descriptors();
      assertEquals(many.length, received.length);
      assertEquals(1 + many.length, openCopies(file));
      Arrays.stream(received).forEach(FileOps::close);
      int[] tooMany = Arrays.copyOf(many, many.length + 1);
      assertThrows(IllegalArgumentException.class, () -> left.send(HELLO, tooMany));
    }
    FileOps.close(fd);
    assertEquals(0, openCopies(file));
  }

  @Test
  void cutMessagesAreErrorsAndLeakNothing() throws IOException {
    Path file = Files.createFile(directory.resolve("f")).toRealPath();
    int fd = FileOps.open(file, FileFlags.O_RDONLY);
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket left = pair[0];
        UnixSocket right = pair[1]) {
      left.send(HELLO, fd, fd);
      LinuxException longer = assertThrows(LinuxException.class, () -> right.receive(4));
      assertEquals(Errno.EMSGSIZE, longer.errno());
      assertEquals(1, openCopies(file));

      int[] tooMany = new int[UnixSocket.MAX_DESCRIPTORS + 1];
      Arrays.fill(tooMany, fd);
      sendUnchecked(left, tooMany);
      LinuxException more = assertThrows(LinuxException.class, () -> right.receive(100));
      assertEquals(Errno.EMSGSIZE, more.errno());
      assertTrue(more.getMessage().contains("over 64 descriptors"), more.getMessage());
      assertEquals(1, openCopies(file));

      left.send(HELLO);
      assertArrayEquals(HELLO, right.receive(100).orElseThrow().content());
    }
    FileOps.close(fd);
  }

  /** A peer that does not keep to the limit. */
  private static void sendUnchecked(UnixSocket socket, int[] descriptors) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      new SocketMessage(arena, HELLO.length, descriptors.length)
          .send(socket.fd(), HELLO, descriptors);
    }
  }

  @Test
  void connectsThroughAPathAndNamesThePeer() throws IOException {
    Path path = directory.resolve("socket");
    try (UnixSocket listener = UnixSocket.listen(path, 4);
        UnixSocket client = UnixSocket.connect(path)) {
      assertEquals(Poll.POLLIN, Poll.one(listener.fd(), Poll.POLLIN, 5000));
      try (UnixSocket server = listener.accept()) {
        client.send(HELLO);
        assertArrayEquals(HELLO, server.receive(100).orElseThrow().content());
        int pid = (int) ProcessHandle.current().pid();
        assertEquals(pid, server.peer().pid());
        assertEquals(Credentials.effectiveUid(), server.peer().uid());
        assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:gid"), server.peer().gid());
        assertEquals(pid, client.peer().pid());
      }
      LinuxException busy = assertThrows(LinuxException.class, () -> UnixSocket.listen(path, 4));
      assertEquals(Errno.EADDRINUSE, busy.errno());
      assertEquals("bind", busy.call());
    }
    LinuxException refused = assertThrows(LinuxException.class, () -> UnixSocket.connect(path));
    assertEquals(Errno.ECONNREFUSED, refused.errno());
    assertTrue(refused.getMessage().startsWith("connect " + path));
  }

  @Test
  void pathsUpToTheLimitWork() throws LinuxException {
    String most =
        directory + "/" + "x".repeat(UnixSocket.MAX_PATH - 1 - directory.toString().length());
    try (UnixSocket listener = UnixSocket.listen(Path.of(most), 1);
        UnixSocket client = UnixSocket.connect(Path.of(most))) {
      assertTrue(listener.fd() != client.fd());
    }
    LinuxException e =
        assertThrows(LinuxException.class, () -> UnixSocket.listen(Path.of(most + "x"), 1));
    assertEquals(Errno.ENAMETOOLONG, e.errno());
  }

  @Test
  void emptyMessagesAreNotSent() throws LinuxException {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket left = pair[0];
        UnixSocket right = pair[1]) {
      assertThrows(IllegalArgumentException.class, () -> left.send(new byte[0]));
      assertEquals(0, Poll.one(right.fd(), Poll.POLLIN, 0));
    }
  }

  @Test
  void emptyMessageOfAStrangeClientLeaksNothing() throws IOException {
    Path file = Files.createFile(directory.resolve("f")).toRealPath();
    int fd = FileOps.open(file, FileFlags.O_RDONLY);
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket left = pair[0];
        UnixSocket right = pair[1];
        Arena arena = Arena.ofConfined()) {
      new SocketMessage(arena, 0, 1).send(left.fd(), new byte[0], new int[] {fd});
      assertTrue(right.receive(100).isEmpty());
      assertEquals(1, openCopies(file));
    }
    FileOps.close(fd);
  }

  @Test
  void closingTwiceClosesOnce() throws LinuxException {
    UnixSocket[] pair = UnixSocket.pair();
    pair[0].close();
    try (EventFd reuser = EventFd.create()) {
      pair[0].close();
      reuser.signal();
      assertEquals(1, reuser.drain());
    }
    pair[1].close();
  }
}
