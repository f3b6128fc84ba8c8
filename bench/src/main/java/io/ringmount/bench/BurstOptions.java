package io.ringmount.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of the benchmarks that compare bursts. */
final class BurstOptions {
  @Option(names = "--rounds", description = "Counted rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 7;

  @Option(
      names = "--millis",
      description = "Length of one burst in milliseconds (default: ${DEFAULT-VALUE}).")
  private long millis = 400;

  @Option(
      names = "--rows",
      paramLabel = "PATTERN",
      description = {
        "Only rows whose name contains this, or is of this form where it has a *. May be given more"
            + " than once."
      })
  private List<String> patterns = new ArrayList<>();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Append every burst to this CSV file.")
  private Path report;

  List<String> patterns() {
    return patterns;
  }

  /**
   * The rows that {@code --rows} leaves.
   *
   * @throws IOException when it leaves none
   */
  List<Workload> select(List<Workload> rows) throws IOException {
    List<Workload> selected = Rows.matching(rows, patterns);
    if (selected.isEmpty()) {
      throw new IOException("no row matches " + patterns);
    }
    return selected;
  }

  /** Runs a comparison and prints its table. */
  Comparison compare(
      List<Subject> subjects, List<Subject> baselines, List<Workload> rows, SampleData data)
      throws Exception {
    Comparison comparison = new Comparison(subjects, rows, data);
    comparison.run(rounds, millis, line -> System.err.println("bench: " + line));
    System.out.printf(
        "%d rounds of %d ms bursts; medians of the rounds; ratios with the smallest and largest of"
            + " a round%n",
        rounds, millis);
    System.out.print(new ComparisonTable(comparison, baselines));
    System.out.println(comparison.quiet());
    if (report != null) {
      BurstReport.append(report, comparison);
    }
    return comparison;
  }
}
