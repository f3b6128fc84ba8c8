package io.ringmount.watchdog;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.upgrade.BeatsReader;
import io.ringmount.upgrade.MalformedMessageException;
import io.ringmount.upgrade.Message;
import io.ringmount.upgrade.Packet;
import io.ringmount.upgrade.VaultName;
import io.ringmount.watchdog.DaemonProcess.Stage;

/** What one daemon says: what it wants kept is done here, the rest is for the supervisor. */
final class DaemonConversation implements Connection.Owner {
  private final DaemonProcess daemon;

  private final DaemonSupervisor supervisor;
  private final DaemonRoster roster;
  private final DescriptorVault vault;
  private final Limits limits;

  /** It says what it had when it yielded, which the one that serves knows better. */
  private boolean handsBack;

  DaemonConversation(
      DaemonProcess daemon,
      DaemonSupervisor supervisor,
      DaemonRoster roster,
      DescriptorVault vault,
      Limits limits) {
    this.daemon = daemon;
    this.supervisor = supervisor;
    this.roster = roster;
    this.vault = vault;
    this.limits = limits;
    handsBack = daemon.is(Stage.DRAINING);
  }

  @Override
  public void received(Connection from, Packet packet) throws MalformedMessageException {
    switch (packet.message()) {
      case Message.Keep(String name) -> keep(name, packet);
      case Message.Drop(String name) -> drop(name);
      case Message.Ready _ -> {
        require(daemon.is(Stage.LOADING) && !daemon.isFirst());
        daemon.stage(Stage.READY);
        supervisor.ready(daemon);
      }
      case Message.Serving serving -> {
        boolean first = daemon.isFirst() && daemon.is(Stage.LOADING);
        require(first || daemon.is(Stage.TAKING_OVER) || daemon.is(Stage.SERVING));
        boolean again = daemon.is(Stage.SERVING);
        daemon.serving(serving);
        if (!again) {
          supervisor.serves(daemon);
        }
      }
      case Message.Yielded(long sinceNanos) -> {
        require(daemon.is(Stage.SERVING) || daemon.is(Stage.DRAINING));
        handsBack = false;
        if (daemon.is(Stage.SERVING)) {
          supervisor.yielded(sinceNanos);
        }
      }
      case Message.Drained _ -> require(daemon.is(Stage.DRAINING));
      case Message.Failed(String text) -> supervisor.failed(daemon, text);
      case Message.Ended _ -> supervisor.ended(daemon);
      case Message other ->
          throw new MalformedMessageException(other.getClass().getSimpleName() + " to a watchdog");
    }
  }

  private void keep(String name, Packet packet) throws MalformedMessageException {
    if (name.equals(VaultName.BEATS)) {
      watchBeats(packet);
      return;
    }
    require(mayKeep());
    if (handsBack && roster.serving().isPresent()) {
      return;
    }
    int descriptor = packet.takeDescriptor();
    if (handsBack) {
      vault.keepUnconfirmed(name, descriptor);
    } else {
      vault.keep(name, descriptor);
    }
    roster.tellOthers(daemon, new Message.Given(name), descriptor);
  }

  private void drop(String name) throws MalformedMessageException {
    if (name.equals(VaultName.BEATS)) {
      daemon.hangs(null);
      return;
    }
    require(mayKeep());
    if (vault.drop(name)) {
      roster.tellOthers(daemon, new Message.Taken(name));
    }
  }

  private boolean mayKeep() {
    return daemon.stage().isMaster() || daemon.isFirst() && daemon.is(Stage.LOADING);
  }

  private void watchBeats(Packet packet) throws MalformedMessageException {
    try {
      BeatsReader beats = new BeatsReader(packet.takeDescriptor());
      long most = 2 * limits.look().toNanos();
      daemon.hangs(new HangDetector(daemon.pid(), beats, ThreadLook::at, most));
    } catch (LinuxException e) {
      throw new MalformedMessageException("no heartbeat: " + e.getMessage());
    }
  }

  private void require(boolean inTurn) throws MalformedMessageException {
    if (!inTurn) {
      throw new MalformedMessageException("out of turn for one that is " + daemon.stage());
    }
  }

  @Override
  public void closed(Connection connection) {
    daemon.disconnected();
    supervisor.disconnected(daemon);
  }
}
