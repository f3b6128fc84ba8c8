package io.ringmount.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ringmount bench}: this file system and its peers, measured side by side in one run. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Ringmount, the bare directory and any peers, interleaved in one run, and prints"
          + " medians and ratios. Needs root and a quiet machine."
    },
    subcommands = {
      WaitingCommand.class,
      BalanceCommand.class,
      IdleCommand.class,
      SoakCommand.class,
      UpgradeCommand.class,
      CrashCommand.class
    })
public final class Main implements Callable<Integer> {
  @Option(
      names = "--peer",
      paramLabel = "NAME=COMMAND",
      description = {
        "Another file system to compare with: a command that mounts {source} on {mountpoint} and"
            + " stays in the foreground, with direct I/O. One that trusts no attributes is asked"
            + " twice for each lookup. May be given more than once."
      })
  private Map<String, String> peers = new LinkedHashMap<>();

  @Option(
      names = "--clients",
      split = ",",
      description = "Every operation with these numbers of clients; default: each with its own.")
  private List<Integer> clients = new ArrayList<>();

  @Mixin private PlaceOptions place;
  @Mixin private BurstOptions bursts;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, _, _) -> {
          System.err.println("ringmount bench: " + e.getMessage());
          return 1;
        });
  }

  @Override
  public Integer call() throws Exception {
    List<Workload> rows = bursts.select(rows());
    try (TestBed bed = new TestBed(place.directory())) {
      List<Subject> baselines = new ArrayList<>();
      for (Map.Entry<String, String> peer : peers.entrySet()) {
        baselines.add(bed.start(peer.getKey(), List.of(peer.getValue().split(" +", -1))));
      }
      for (Variant variant : place.variants(Variant.STANDARD)) {
        bed.start(variant.uncached());
      }
      Subject bare = bed.bare();
      if (baselines.isEmpty()) {
        baselines.add(bare);
      }
      bursts.compare(bed.subjects(), baselines, rows, bed.data());
    }
    return 0;
  }

  /** A few of all rows, unless some are asked for by name or by number of clients. */
  private List<Workload> rows() {
    if (!clients.isEmpty()) {
      return Rows.with(clients);
    }
    return bursts.patterns().isEmpty() ? Rows.quick() : Rows.all();
  }
}
