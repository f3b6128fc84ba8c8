package io.ringmount.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ringmount bench idle}. */
@Command(
    name = "idle",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the processor time of mounts that nobody uses. Ends with 1 when one takes more than"
          + " the limit."
    })
final class IdleCommand implements Callable<Integer> {
  @Option(
      names = "--settle",
      description = "Seconds from the mounts to the measurement (default: ${DEFAULT-VALUE}).")
  private long settle = 10;

  @Option(names = "--seconds", description = "Length of it (default: ${DEFAULT-VALUE}).")
  private long seconds = 20;

  @Option(
      names = "--limit",
      description = "The most percent of a core (default: ${DEFAULT-VALUE}).")
  private double limit = 0.5;

  @Mixin private PlaceOptions place;

  @Override
  public Integer call() throws Exception {
    boolean within = true;
    try (TestBed bed = new TestBed(place.directory())) {
      for (Variant variant : place.variants(Variant.STANDARD)) {
        bed.start(variant);
      }
      TimeUnit.SECONDS.sleep(settle);
      List<Long> before = new ArrayList<>();
      for (Subject subject : bed.subjects()) {
        before.add(subject.cpuNanos());
      }
      TimeUnit.SECONDS.sleep(seconds);
      for (int i = 0; i < before.size(); i++) {
        Subject subject = bed.subjects().get(i);
        double percent = (subject.cpuNanos() - before.get(i)) / (seconds * 1e9) * 100;
        within &= percent <= limit;
        System.out.printf("%-24s %6.2f %% of a core%n", subject.name(), percent);
      }
    }
    return within ? 0 : 1;
  }
}
