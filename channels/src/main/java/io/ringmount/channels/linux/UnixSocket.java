package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A local socket that carries whole messages, descriptors, and proof of who the peer is ({@code
 * AF_UNIX}, {@code SOCK_SEQPACKET}, {@code unix(7)}).
 *
 * <p>Owns its descriptor, which is closed on exec. Calls block unless {@link Poll} said that they
 * will not; {@code EINTR} is retried. One thread may send while another receives. {@link #close}
 * does not end another thread's call: wait in {@link Poll} with an {@link EventFd} beside {@link
 * #fd}.
 */
public final class UnixSocket implements AutoCloseable {
  /** Most descriptors in one message. */
  public static final int MAX_DESCRIPTORS = SocketMessage.MAX_DESCRIPTORS;

  /** Most bytes of a socket's path. */
  public static final int MAX_PATH = 107;

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = FileFlags.O_CLOEXEC;

  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;

  /** {@code struct sockaddr_un}: u16 family, then the path with its NUL. */
  private static final int ADDRESS_PATH = 2;

  private static final int ADDRESS_SIZE = ADDRESS_PATH + MAX_PATH + 1;

  /** {@code struct ucred}: s32 pid, u32 uid, u32 gid. */
  private static final int CREDENTIALS_SIZE = 12;

  private final int fd;
  private boolean closed;

  private UnixSocket(int fd) {
    this.fd = fd;
  }

  /**
   * A received message.
   *
   * @param content at least one byte
   * @param descriptors closed on exec; the receiver must close them
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Message(byte[] content, int[] descriptors) {}

  /**
   * The peer as it was when it connected (or listened, or made the pair).
   *
   * @param pid process, as seen from this process's namespace
   * @param uid effective user, unsigned
   * @param gid effective group, unsigned
   */
  public record Peer(int pid, int uid, int gid) {}

  /** Makes two sockets connected to each other. */
  public static UnixSocket[] pair() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long both = arena.allocate(2 * Integer.BYTES, Integer.BYTES).address();
      LinuxException.check(
          Syscall.call(SyscallNumber.SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both),
          "socketpair",
          "");
      return new UnixSocket[] {
        new UnixSocket(Memory.getInt(both)), new UnixSocket(Memory.getInt(both + Integer.BYTES))
      };
    }
  }

  /** Takes over a connected or listening socket that came from elsewhere. */
  public static UnixSocket adopt(int fd) {
    return new UnixSocket(fd);
  }

  /**
   * Makes a listening socket at {@code path}. Who may connect is a matter of the file's permissions
   * (mode 777 without the umask) and its directory's; the file stays when the socket is closed.
   *
   * @param backlog how many connections may wait to be accepted
   * @throws LinuxException {@code bind} with the path: {@code EADDRINUSE} when the file exists,
   *     {@code ENAMETOOLONG} over {@link #MAX_PATH} bytes
   */
  public static UnixSocket listen(Path path, int backlog) throws LinuxException {
    return open(
        (fd, address) -> {
          LinuxException.check(
              Syscall.call(SyscallNumber.BIND, fd, address, ADDRESS_SIZE), "bind", path.toString());
          LinuxException.check(
              Syscall.call(SyscallNumber.LISTEN, fd, backlog), "listen", path.toString());
        },
        "bind",
        path);
  }

  /**
   * Connects to a listening socket.
   *
   * @throws LinuxException {@code connect} with the path: {@code ENOENT}, {@code ECONNREFUSED} when
   *     nobody listens, {@code EACCES}, {@code ENAMETOOLONG}
   */
  public static UnixSocket connect(Path path) throws LinuxException {
    return open(
        (fd, address) -> {
          long result;
          do {
            result = Syscall.call(SyscallNumber.CONNECT, fd, address, ADDRESS_SIZE);
          } while (result == -Errno.EINTR);
          LinuxException.check(result, "connect", path.toString());
        },
        "connect",
        path);
  }

  /**
   * Makes a socket whose messages go to a datagram socket: the service manager's is one ({@code
   * sd_notify(3)}).
   *
   * @param name its path, or an abstract name after {@code @}
   * @throws LinuxException {@code connect}, as in {@link #connect}
   */
  public static UnixSocket datagrams(String name) throws LinuxException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    // The kernel compares abstract names in their whole length.
    int size = ADDRESS_PATH + bytes.length + (name.startsWith("@") ? 0 : 1);
    if (name.startsWith("@")) {
      bytes[0] = 0;
    }
    return open(
        SOCK_DGRAM,
        bytes,
        (fd, address) ->
            LinuxException.check(
                Syscall.call(SyscallNumber.CONNECT, fd, address, size), "connect", name),
        "connect",
        name);
  }

  /** Waits for a connection; {@link #fd} polls as readable when there is one. */
  public UnixSocket accept() throws LinuxException {
    long result;
    do {
      result = Syscall.call(SyscallNumber.ACCEPT4, fd, 0, 0, SOCK_CLOEXEC);
    } while (result == -Errno.EINTR);
    return new UnixSocket((int) LinuxException.check(result, "accept4", ""));
  }

  /**
   * Sends one message.
   *
   * @param content 1 byte up to about 200 KiB (half the socket's send buffer)
   * @param descriptors at most {@link #MAX_DESCRIPTORS}; stay the caller's, which may close them at
   *     once
   * @throws LinuxException {@code sendmsg}: {@code EPIPE} when the peer is gone, {@code EMSGSIZE},
   *     {@code EINVAL} for a descriptor that cannot be passed (io_uring), {@code EBADF}
   */
  public void send(byte[] content, int... descriptors) throws LinuxException {
    if (content.length == 0) {
      throw new IllegalArgumentException("an empty message would look like the end");
    }
    if (descriptors.length > MAX_DESCRIPTORS) {
      throw new IllegalArgumentException("too many descriptors: " + descriptors.length);
    }
    try (Arena arena = Arena.ofConfined()) {
      new SocketMessage(arena, content.length, descriptors.length).send(fd, content, descriptors);
    }
  }

  /**
   * Waits for one message.
   *
   * @param maximum room for the content, in bytes
   * @return empty when the peer has closed
   * @throws LinuxException {@code recvmsg}: {@code EMSGSIZE} when the message was longer or had
   *     over {@link #MAX_DESCRIPTORS} descriptors, {@code EMFILE} when they did not fit into this
   *     process; the message is lost and its descriptors are closed. {@code ECONNRESET} when the
   *     peer closed with messages unread
   */
  public Optional<Message> receive(int maximum) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      SocketMessage message = new SocketMessage(arena, maximum, MAX_DESCRIPTORS);
      int length = message.receive(fd);
      return length == 0
          ? Optional.empty()
          : Optional.of(new Message(message.content(length), message.descriptors()));
    }
  }

  /** Who is at the other end. */
  public Peer peer() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long credentials = arena.allocate(CREDENTIALS_SIZE, Integer.BYTES).address();
      long length = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      Memory.putInt(length, CREDENTIALS_SIZE);
      LinuxException.check(
          Syscall.call(SyscallNumber.GETSOCKOPT, fd, SOL_SOCKET, SO_PEERCRED, credentials, length),
          "getsockopt SO_PEERCRED",
          "");
      return new Peer(
          Memory.getInt(credentials),
          Memory.getInt(credentials + 4),
          Memory.getInt(credentials + 8));
    }
  }

  /** Stays owned by this object. */
  public int fd() {
    return fd;
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      FileOps.close(fd);
    }
  }

  private interface Binding {
    void apply(int fd, long address) throws LinuxException;
  }

  private static UnixSocket open(Binding binding, String call, Path path) throws LinuxException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    return open(SOCK_SEQPACKET, name, binding, call, path.toString());
  }

  private static UnixSocket open(
      int type, byte[] name, Binding binding, String call, String subject) throws LinuxException {
    if (name.length > MAX_PATH) {
      throw new LinuxException(call, subject, Errno.ENAMETOOLONG);
    }
    int fd =
        (int)
            LinuxException.check(
                Syscall.call(SyscallNumber.SOCKET, AF_UNIX, type | SOCK_CLOEXEC, 0),
                "socket",
                subject);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(ADDRESS_SIZE, Long.BYTES).address();
      Memory.putShort(address, (short) AF_UNIX);
      Memory.copy(name, 0, address + ADDRESS_PATH, name.length);
      binding.apply(fd, address);
      return new UnixSocket(fd);
    } catch (LinuxException e) {
      FileOps.close(fd);
      throw e;
    }
  }
}
