package io.ringmount.upgrade;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks the watchdog of a mount for an upgrade, and waits for how it ends. */
public final class UpgradeClient {
  /** Longest silence; longer than any step of an upgrade. */
  private static final Duration SILENCE = Duration.ofSeconds(90);

  private UpgradeClient() {}

  /**
   * Replaces the daemon of a mount while the mount goes on.
   *
   * @param socket the watchdog's
   * @param distribution what to run from now on; empty to run the present one anew
   * @param progress gets a line for each step, on the calling thread
   * @throws IOException when the watchdog cannot be asked, or did not answer; the upgrade may be
   *     under way then
   */
  public static UpgradeOutcome upgrade(
      Path socket, Optional<Path> distribution, Consumer<String> progress) throws IOException {
    String directory = distribution.map(each -> each.toAbsolutePath().toString()).orElse("");
    try (UnixSocket watchdog = UnixSocket.connect(socket)) {
      watchdog.send(MessageCodec.encode(new Message.Upgrade(directory)));
      while (true) {
        switch (receive(watchdog)) {
          case Message.Progress(String text) -> progress.accept(text);
          case Message.Done(UpgradeReport report) -> {
            return new UpgradeOutcome.Upgraded(report);
          }
          case Message.Refused(String reason) -> {
            return new UpgradeOutcome.Refused(reason);
          }
          case Message other ->
              throw new MalformedMessageException(
                  other.getClass().getSimpleName() + " is no answer to an upgrade");
        }
      }
    }
  }

  private static Message receive(UnixSocket watchdog) throws IOException {
    if (Poll.one(watchdog.fd(), Poll.POLLIN, (int) SILENCE.toMillis()) == 0) {
      throw new IOException("the watchdog has been silent for " + SILENCE.toSeconds() + " s");
    }
    try {
      Packet packet =
          Packet.receive(watchdog).orElseThrow(() -> new IOException("the watchdog has ended"));
      packet.close();
      return packet.message();
    } catch (LinuxException e) {
      throw e.errno() == Errno.ECONNRESET ? new IOException("the watchdog has ended", e) : e;
    }
  }
}
