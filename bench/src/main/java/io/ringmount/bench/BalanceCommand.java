package io.ringmount.bench;

import io.ringmount.channels.linux.Cpu;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ringmount bench balance}. */
@Command(
    name = "balance",
    mixinStandardHelpOptions = true,
    description = {
      "Puts all load on one processor and compares balancing between channels with none."
    })
final class BalanceCommand implements Callable<Integer> {
  @Mixin private PlaceOptions place;
  @Mixin private BurstOptions bursts;

  @Override
  public Integer call() throws Exception {
    List<Workload> rows = bursts.select(Rows.balance(Cpu.usable()[0]));
    try (TestBed bed = new TestBed(place.directory())) {
      for (Variant variant : place.variants(Variant.BALANCING)) {
        bed.start(variant.uncached());
      }
      Subject off = bed.subjects().getFirst();
      Comparison comparison = bursts.compare(bed.subjects(), List.of(off), rows, bed.data());
      System.out.print(new WorstRows(comparison, off));
    }
    return 0;
  }
}
