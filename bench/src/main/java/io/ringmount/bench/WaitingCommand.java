package io.ringmount.bench;

import io.ringmount.channels.linux.Cpu;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ringmount bench waiting}. */
@Command(
    name = "waiting",
    mixinStandardHelpOptions = true,
    description = {
      "Compares ways to wait for requests with blocking: clients on the channel's processor and on"
          + " others, pausing and computing between requests, beside busy loops."
    })
final class WaitingCommand implements Callable<Integer> {
  @Mixin private PlaceOptions place;
  @Mixin private BurstOptions bursts;

  @Override
  public Integer call() throws Exception {
    List<Integer> cpus = Arrays.stream(Cpu.usable()).boxed().toList();
    boolean any = compare("a channel on every CPU", "channels=per-core", Rows.waiting(cpus));
    if (cpus.size() > 1) {
      List<Integer> clients = cpus.subList(0, cpus.size() / 2);
      List<Integer> channels = cpus.subList(cpus.size() / 2, cpus.size());
      any |=
          compare(
              "channels on CPUs " + channels + " only",
              "channels=" + list(channels),
              Rows.waitingElsewhere(clients, channels));
    }
    if (!any) {
      throw new IOException("no row matches " + bursts.patterns());
    }
    return 0;
  }

  /** Returns whether there is something to compare. */
  private boolean compare(String title, String options, List<Workload> all) throws Exception {
    List<Workload> rows = Rows.matching(all, bursts.patterns());
    if (rows.isEmpty()) {
      return false;
    }
    try (TestBed bed = new TestBed(place.directory())) {
      for (Variant variant : place.variants(Variant.WAITING)) {
        bed.start(variant.with(options).uncached());
      }
      Subject blocking = bed.subjects().getFirst();
      System.out.println(title);
      Comparison comparison = bursts.compare(bed.subjects(), List.of(blocking), rows, bed.data());
      System.out.println(new WorstRows(comparison, blocking));
    }
    return true;
  }

  /** As the option has it: a range each, since a number alone would be a count. */
  static String list(List<Integer> cpus) {
    return cpus.stream().map(cpu -> cpu + "-" + cpu).collect(Collectors.joining(":"));
  }
}
