package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A comparison of a plain directory with itself. */
@Timeout(120)
class ComparisonTest {
  @TempDir Path directory;

  @Test
  void everySubjectDoesEveryRowInEveryRound() throws Exception {
    Path source = Files.createDirectory(directory.resolve("source"));
    SampleData data = SampleData.write(source);
    List<Subject> subjects = List.of(Subject.bare(source), Subject.bare(source));
    List<Workload> rows =
        List.of(
            new Workload(Operation.FSTAT, 2),
            new Workload(Operation.RANDOM_READ, 1)
                .thinking(Think.sleeping(10))
                .besideHogs(List.of(Cpu.usable()[0])));
    Comparison comparison = new Comparison(subjects, rows, data);
    comparison.run(2, 20, _ -> {});
    for (Workload row : rows) {
      for (Subject subject : subjects) {
        assertEquals(2, comparison.bursts(row, subject).size());
        assertTrue(comparison.bursts(row, subject).getFirst().operationsPerSecond() > 0);
      }
    }
    String table = new ComparisonTable(comparison, List.of(subjects.getFirst())).toString();
    assertEquals(2 + rows.size() * 3, table.lines().count(), table);
    assertTrue(table.contains("1.00 (1.00-1.00)"), table);
    Path report = directory.resolve("report.csv");
    BurstReport.append(report, comparison);
    BurstReport.append(report, comparison);
    assertEquals(1 + 2 * 8, Files.readAllLines(report).size());
  }
}
