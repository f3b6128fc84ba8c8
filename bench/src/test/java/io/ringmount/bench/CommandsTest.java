package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandsTest {
  private static BurstOptions bursts(String... arguments) {
    BurstOptions options = new BurstOptions();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }

  private static PlaceOptions place(String... arguments) {
    PlaceOptions options = new PlaceOptions();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }

  @Test
  void everyBenchmarkIsACommand() {
    assertEquals(
        Set.of("waiting", "balance", "idle", "soak", "upgrade", "--upgrade", "crash", "--crash"),
        Main.commandLine().getSubcommands().keySet());
  }

  @Test
  void theFirstEqualsSignEndsTheName() {
    assertEquals(
        List.of(new Variant("a", "transport=uring,slots=4"), new Variant("b", "")),
        place("--variant", "a=transport=uring,slots=4", "--variant", "b=")
            .variants(Variant.STANDARD));
    assertEquals(Variant.STANDARD, place().variants(Variant.STANDARD));
  }

  @Test
  void aVariantOverridesWhatIsAdded() {
    assertEquals(
        new Variant("a", "channels=1-1,slots=4"), new Variant("a", "slots=4").with("channels=1-1"));
    assertEquals(new Variant("a", "x=1"), Variant.of(Map.of("a", "")).getFirst().with("x=1"));
    assertTrue(
        new Variant("a", "direct_io=false").uncached().options().endsWith("direct_io=false"));
  }

  @Test
  void whatIsComparedWithComesFirst() {
    assertEquals("busy_poll=0", Variant.WAITING.getFirst().options());
    assertEquals("balance=off", Variant.BALANCING.getFirst().options());
  }

  @Test
  void aListOfChannelsIsNeverACount() {
    assertEquals("3-3", WaitingCommand.list(List.of(3)));
    assertEquals("2-2:3-3", WaitingCommand.list(List.of(2, 3)));
  }

  @Test
  void aPatternWithoutRowsIsRefused() throws IOException {
    List<Workload> rows = Rows.all();
    assertEquals(rows, bursts().select(rows));
    assertEquals(4, bursts("--rows", "fstat").select(rows).size());
    assertThrows(IOException.class, () -> bursts("--rows", "none").select(rows));
  }
}
