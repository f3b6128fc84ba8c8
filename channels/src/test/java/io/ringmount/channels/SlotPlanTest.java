package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** How many slots a mount gets. */
class SlotPlanTest {
  private static final int PAYLOAD = 1 << 20;
  private static final long MIB = 1 << 20;

  private static MountOptions.Builder options(int slots, long budget) {
    return MountOptions.builder("test").slots(slots).memoryBudget(budget);
  }

  @Test
  void whatIsAskedForIsPlanned() throws Exception {
    SlotPlan plan = SlotPlan.of(List.of(0, 3), 2, options(4, 64 * MIB).build(), PAYLOAD);
    assertEquals(Map.of(0, 4, 3, 4), plan.byQueue());
    assertEquals(8, plan.queued());
    assertEquals(10, plan.total());
    assertEquals(SlotRegion.bytes(10, PAYLOAD), plan.bytes(PAYLOAD));
  }

  @Test
  void eachProcessorMayHaveItsOwnNumber() throws Exception {
    MountOptions options = options(4, 64 * MIB).slotsByCpu(Map.of(1, 9, 7, 100)).build();
    SlotPlan plan = SlotPlan.of(List.of(0, 1), 0, options, PAYLOAD);
    assertEquals(Map.of(0, 4, 1, 9), plan.byQueue());
    assertEquals(13, plan.total());

    MountOptions automatic = options(0, 64 * MIB).slotsByCpu(Map.of(1, 2)).build();
    assertEquals(
        Map.of(0, MountOptions.DEFAULT_SLOTS, 1, 2),
        SlotPlan.of(List.of(0, 1), 0, automatic, PAYLOAD).byQueue());
  }

  @Test
  void detachedRequestsNeedAsMuchAgain() throws Exception {
    MountOptions options = options(4, 64 * MIB).execution(Execution.DETACHED).build();
    SlotPlan plan = SlotPlan.of(List.of(0, 1), 2, options, PAYLOAD);
    assertEquals(10, plan.total());
    assertEquals(2 * SlotRegion.bytes(10, PAYLOAD), plan.bytes(PAYLOAD));
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheRemedy() {
    assertEquals(
        "40 slots for 2 queues need 41 MiB, memory_budget is 40 MiB: raise it or lower slots",
        refusal(options(20, 40 * MIB).build()));
    assertEquals(
        "40 slots for 2 queues, and copies for detached requests, need 81 MiB, memory_budget is"
            + " 64 MiB: raise it or lower slots",
        refusal(options(20, 64 * MIB).execution(Execution.DETACHED).build()));
    assertEquals(
        "2 slots for 2 queues need 3 MiB, memory_budget is 1 MiB: raise it",
        refusal(options(0, MIB).build()));
    assertEquals(
        "31 slots for 2 queues need 32 MiB, memory_budget is 16 MiB: raise it or lower slots",
        refusal(options(0, 16 * MIB).slotsByCpu(Map.of(0, 30)).build()));
  }

  private static String refusal(MountOptions options) {
    return assertThrows(IOException.class, () -> SlotPlan.of(List.of(0, 1), 0, options, PAYLOAD))
        .getMessage();
  }

  /** The most that fit, up to the default. */
  @Property(tries = 200)
  void automaticIsAsManyAsFit(
      @ForAll @IntRange(min = 1, max = 8) int queues,
      @ForAll @IntRange(max = 2) int others,
      @ForAll boolean detached,
      @ForAll @IntRange(min = 24, max = 300) int budget)
      throws Exception {
    MountOptions options =
        options(0, budget * MIB)
            .execution(detached ? Execution.DETACHED : Execution.INLINE)
            .build();
    List<Integer> numbers = java.util.stream.IntStream.range(0, queues).boxed().toList();
    SlotPlan plan = SlotPlan.of(numbers, others, options, PAYLOAD);
    assertTrue(plan.bytes(PAYLOAD) <= options.memoryBudget());
    int each = plan.byQueue().get(0);
    assertEquals(queues * each, plan.queued());
    int copies = detached ? 2 : 1;
    long withOneMore = SlotRegion.bytes(copies * ((long) queues * (each + 1) + others), PAYLOAD);
    assertTrue(each == MountOptions.DEFAULT_SLOTS || withOneMore > options.memoryBudget());
    assertTrue(each >= 1 && each <= MountOptions.DEFAULT_SLOTS);
  }
}
