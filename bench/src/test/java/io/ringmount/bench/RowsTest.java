package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {
  private static List<String> names(List<Workload> rows) {
    return rows.stream().map(Workload::name).toList();
  }

  @Test
  void aNameTellsEverything() {
    Workload one = new Workload(Operation.FSTAT, 1);
    assertEquals("fstat, 1 client", one.name());
    assertEquals("fstat, 1 client on CPU 3", one.on(3).name());
    assertEquals(
        "fstat, 1 client on CPU 0+1, sleeping 20 us, hog on CPU 1",
        one.on(0, 1).thinking(Think.sleeping(20)).besideHogs(List.of(1)).name());
    assertEquals(
        "write 1 MiB, 4 clients, computing 10 us",
        new Workload(Operation.SEQUENTIAL_WRITE, 4).thinking(Think.computing(10)).name());
  }

  @Test
  void aWorkloadHasClients() {
    assertThrows(IllegalArgumentException.class, () -> new Workload(Operation.FSTAT, 0));
  }

  @Test
  void allHasEveryOperationAndAllNamesDiffer() {
    for (Operation operation : Operation.values()) {
      assertTrue(
          Rows.all().stream().anyMatch(row -> row.operation() == operation), operation.name());
    }
    for (List<Workload> rows :
        List.of(
            Rows.all(),
            Rows.waiting(List.of(0, 1)),
            Rows.waitingElsewhere(List.of(0), List.of(1)),
            Rows.balance(0))) {
      assertEquals(rows.size(), names(rows).stream().distinct().count(), names(rows)::toString);
    }
  }

  @Test
  void quickIsAPartOfAll() {
    assertTrue(Rows.all().containsAll(Rows.quick()));
    assertTrue(Rows.quick().size() < Rows.all().size());
  }

  @Test
  void clientsAreAppliedToEveryOperation() {
    List<Workload> rows = Rows.with(List.of(3, 5));
    assertEquals(2 * Operation.values().length, rows.size());
    assertTrue(rows.contains(new Workload(Operation.COLD_READ, 5)));
  }

  @Test
  void waitingElsewhereKeepsSomeRowsOffTheChannels() {
    List<Workload> rows = Rows.waitingElsewhere(List.of(0, 1), List.of(2, 3));
    assertTrue(rows.stream().anyMatch(row -> row.cpus().equals(List.of(0)) && row.clients() == 1));
    assertTrue(rows.stream().anyMatch(row -> row.cpus().equals(List.of(0, 2))));
    assertTrue(rows.stream().anyMatch(row -> row.hogs().equals(List.of(2, 3))));
    assertFalse(rows.stream().anyMatch(row -> row.cpus().isEmpty()));
  }

  @Test
  void patternsChooseByPartOrForm() {
    List<Workload> rows = Rows.all();
    assertEquals(rows, Rows.matching(rows, List.of()));
    assertEquals(
        List.of("fstat, 1 client", "lookup, 16 clients"),
        names(Rows.matching(rows, List.of("FSTAT, 1 client", "lookup*16*"))).stream()
            .filter(name -> !name.equals("fstat, 16 clients"))
            .toList());
    assertEquals(
        List.of("read 4 KiB, 4 clients"), names(Rows.matching(rows, List.of("read 4*, 4 *"))));
    assertEquals(List.of(), Rows.matching(rows, List.of("read 4*, 4")));
    assertEquals(List.of(), Rows.matching(rows, List.of("(")));
  }
}
