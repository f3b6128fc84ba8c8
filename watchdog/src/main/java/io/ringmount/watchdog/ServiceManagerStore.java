package io.ringmount.watchdog;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.upgrade.VaultName;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The service manager's store of descriptors ({@code sd_notify(3)}, {@code sd_listen_fds(3)}): a
 * copy of the vault that outlives even the watchdog.
 */
final class ServiceManagerStore implements DescriptorVault.Mirror, AutoCloseable {
  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final String PID = "LISTEN_PID";
  private static final String COUNT = "LISTEN_FDS";
  private static final String NAMES = "LISTEN_FDNAMES";

  /** The first descriptor that a service manager gives, {@code SD_LISTEN_FDS_START}. */
  private static final int FIRST = 3;

  private final UnixSocket socket;

  private ServiceManagerStore(UnixSocket socket) {
    this.socket = socket;
  }

  /** Where the vault is mirrored to in this environment: nowhere without a service manager. */
  static DescriptorVault.Mirror mirror(Map<String, String> environment) {
    String name = environment.get(SOCKET);
    if (name == null || name.isEmpty()) {
      return DescriptorVault.Mirror.NONE;
    }
    try {
      return new ServiceManagerStore(UnixSocket.datagrams(name));
    } catch (LinuxException e) {
      Log.warn("keeps nothing with the service manager: " + e.getMessage());
      return DescriptorVault.Mirror.NONE;
    }
  }

  @Override
  public void kept(String name, int descriptor) {
    // The manager would take an end of the other side, as after an abort, for the descriptor's end.
    send("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name, descriptor);
  }

  @Override
  public void dropped(String name) {
    send("FDSTOREREMOVE=1\nFDNAME=" + name);
  }

  private void send(String message, int... descriptors) {
    try {
      socket.send(message.getBytes(StandardCharsets.UTF_8), descriptors);
    } catch (LinuxException e) {
      Log.warn("the service manager does not take " + message.replace('\n', ' ') + ": " + e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  /**
   * What the service manager has given to this process to start with, by name. The descriptors are
   * the caller's, closed on exec; the numbers they came under are closed.
   *
   * @param pid of this process
   */
  static Map<String, Integer> given(Map<String, String> environment, long pid) {
    Map<String, Integer> given = new TreeMap<>();
    if (!Long.toString(pid).equals(environment.get(PID))) {
      return given;
    }
    String[] names = environment.getOrDefault(NAMES, "").split(":", -1);
    int count = Math.min(number(environment.get(COUNT)), names.length);
    for (int i = 0; i < count; i++) {
      long duplicate = FileOps.dup(FIRST + i);
      if (duplicate >= 0 && VaultName.isValid(names[i])) {
        given.put(names[i], (int) duplicate);
      }
      FileOps.close(FIRST + i);
    }
    return given;
  }

  private static int number(String text) {
    try {
      return text == null ? 0 : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Takes the service manager's messages to this process from what its children get. */
  static void hideFrom(Map<String, String> environment) {
    environment.remove(PID);
    environment.remove(COUNT);
    environment.remove(NAMES);
  }
}
