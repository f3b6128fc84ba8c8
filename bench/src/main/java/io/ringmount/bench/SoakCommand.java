package io.ringmount.bench;

import io.ringmount.channels.linux.Cpu;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ringmount bench soak}. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description = {
      "Looks for lost wake-ups: requests with pauses of every length between them, from every"
          + " processor. Ends with 1 when a request takes longer than the limit. The bare directory"
          + " beside shows how long the machine itself stood still."
    })
final class SoakCommand implements Callable<Integer> {
  @Option(names = "--minutes", description = "For how long (default: ${DEFAULT-VALUE}).")
  private double minutes = 30;

  @Option(
      names = "--limit",
      description = "The most milliseconds that a request may take (default: ${DEFAULT-VALUE}).")
  private double limit = 100;

  @Mixin private PlaceOptions place;

  @Override
  public Integer call() throws Exception {
    try (TestBed bed = new TestBed(place.directory())) {
      for (Variant variant : place.variants(Variant.STANDARD)) {
        bed.start(variant.uncached());
      }
      Subject control = bed.bare();
      List<Integer> cpus = Arrays.stream(Cpu.usable()).boxed().toList();
      var records =
          new Soak(bed.subjects(), cpus)
              .run(Math.round(minutes * 60), line -> System.err.println("bench: " + line));
      SoakReport report = new SoakReport(records, control, limit);
      System.out.print(report);
      if (!report.withinLimit()) {
        System.out.printf("a request took longer than %.0f ms%n", limit);
        return 1;
      }
    }
    return 0;
  }
}
