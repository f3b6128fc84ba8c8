package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountState;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringmount list}. */
@Command(name = "list", description = "Lists every Ringmount mount on this machine.")
final class ListCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** One mount in JSON. */
  private record Item(
      String mountpoint, String backend, String state, Long daemonPid, String remedy) {
    static Item of(KnownMount mount) {
      return new Item(
          mount.mountpoint(),
          mount.source(),
          mount.state().label(),
          mount.pid(),
          whatToDo(mount).orElse(null));
    }
  }

  /** What to do about a mount, if anything is to be done. */
  private static Optional<String> whatToDo(KnownMount mount) {
    return mount.state() == MountState.DEAD
        ? Optional.of(
            "mount there again, or clean up with: ringmount unmount " + mount.mountpoint())
        : Optional.empty();
  }

  @Override
  public Integer call() throws IOException {
    List<KnownMount> mounts = new MountTable(RunRoot.standard(), Credentials.hasSysAdmin()).list();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(mounts.stream().map(Item::of).toList()));
    } else if (!mounts.isEmpty()) {
      TextTable table = new TextTable("").row("MOUNTPOINT", "BACKEND", "STATE", "DAEMON");
      mounts.forEach(
          each -> table.row(each.mountpoint(), each.source(), each.state().label(), each.pid()));
      table.lines().forEach(out::println);
      mounts.forEach(each ->
          whatToDo(each).ifPresent(what -> out.println(each.mountpoint() + " is dead: " + what)));
    }
    out.flush();
    return 0;
  }
}
