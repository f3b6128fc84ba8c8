package io.ringmount.upgrade;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.UnixSocket;
import java.util.Optional;

/** A received message and the descriptor that came with it, which this object owns until taken. */
public final class Packet implements AutoCloseable {
  private static final int NONE = -1;

  private final Message message;
  private int descriptor;

  private Packet(Message message, int descriptor) {
    this.message = message;
    this.descriptor = descriptor;
  }

  /**
   * Receives one.
   *
   * @return empty when the peer has closed
   * @throws MalformedMessageException also when the descriptors that came do not fit the message;
   *     they are closed then
   */
  public static Optional<Packet> receive(UnixSocket socket)
      throws LinuxException, MalformedMessageException {
    Optional<UnixSocket.Message> received = socket.receive(MessageCodec.LONGEST);
    if (received.isEmpty()) {
      return Optional.empty();
    }
    int[] descriptors = received.get().descriptors();
    try {
      Message message = MessageCodec.decode(received.get().content());
      if (descriptors.length != (message.carriesDescriptor() ? 1 : 0)) {
        throw new MalformedMessageException(descriptors.length + " descriptors");
      }
      return Optional.of(new Packet(message, descriptors.length == 0 ? NONE : descriptors[0]));
    } catch (MalformedMessageException e) {
      for (int each : descriptors) {
        FileOps.close(each);
      }
      throw e;
    }
  }

  public Message message() {
    return message;
  }

  /** The descriptor, the caller's from now on. */
  public int takeDescriptor() {
    int taken = descriptor;
    descriptor = NONE;
    return taken;
  }

  /** Closes the descriptor unless it was taken. */
  @Override
  public void close() {
    if (descriptor != NONE) {
      FileOps.close(descriptor);
      descriptor = NONE;
    }
  }
}
