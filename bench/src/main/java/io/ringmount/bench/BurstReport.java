package io.ringmount.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** All bursts of comparisons as a CSV file, one a line, for other tools. */
final class BurstReport {
  private static final String HEADER =
      "row,subject,round,ops_per_s,p50_us,p99_us,p999_us,max_us,server_cpu_us_per_op,foreign_share";

  private BurstReport() {}

  /** Appends to {@code file}, or begins it. */
  static void append(Path file, Comparison comparison) throws IOException {
    boolean begins = Files.notExists(file);
    try (PrintWriter out =
        new PrintWriter(
            Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
      if (begins) {
        out.println(HEADER);
      }
      for (Workload workload : comparison.workloads()) {
        for (Subject subject : comparison.subjects()) {
          write(out, workload, subject, comparison.bursts(workload, subject));
        }
      }
      if (out.checkError()) {
        throw new IOException("cannot write " + file);
      }
    }
  }

  private static void write(
      PrintWriter out, Workload workload, Subject subject, List<Burst> bursts) {
    for (int round = 0; round < bursts.size(); round++) {
      Burst burst = bursts.get(round);
      out.printf(
          "\"%s\",\"%s\",%d,%.0f,%.2f,%.2f,%.2f,%.2f,%.3f,%.3f%n",
          workload.name(),
          subject.name(),
          round + 1,
          burst.operationsPerSecond(),
          burst.percentileMicros(50),
          burst.percentileMicros(99),
          burst.percentileMicros(99.9),
          burst.latency().getMaxValue() / 1e3,
          burst.serverNanosPerOperation() / 1e3,
          burst.foreignLoad());
    }
  }
}
