package io.ringmount.channels;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many slots each queue gets, within the memory budget.
 *
 * @param byQueue slots by the number of the queue, in the order of the queues
 * @param others slots besides, that serve no queue of a CPU
 * @param copies whether as much memory again is needed, for detached requests
 */
record SlotPlan(Map<Integer, Integer> byQueue, int others, boolean copies) {
  private static final int MIB_SHIFT = 20;

  /**
   * Plans.
   *
   * @param queues their numbers: those of CPUs
   * @param payload bytes of one slot's payload
   * @throws IOException when the memory budget does not allow what is asked for
   */
  static SlotPlan of(List<Integer> queues, int others, MountOptions options, int payload)
      throws IOException {
    boolean copies = options.execution() == Execution.DETACHED;
    int least = options.slots() == 0 ? 1 : options.slots();
    SlotPlan plan = with(queues, least, others, copies, options);
    long needed = plan.bytes(payload);
    if (needed > options.memoryBudget()) {
      throw new IOException(
          "%d slots for %d queues%s need %d MiB, memory_budget is %d MiB: raise it%s"
              .formatted(
                  plan.queued(),
                  queues.size(),
                  copies ? ", and copies for detached requests," : "",
                  (needed + (1 << MIB_SHIFT) - 1) >> MIB_SHIFT,
                  options.memoryBudget() >> MIB_SHIFT,
                  plan.queued() > queues.size() ? " or lower slots" : ""));
    }
    if (options.slots() > 0) {
      return plan;
    }
    int slots = MountOptions.DEFAULT_SLOTS;
    while (slots > 1
        && with(queues, slots, others, copies, options).bytes(payload) > options.memoryBudget()) {
      slots--;
    }
    return with(queues, slots, others, copies, options);
  }

  /** The plan that a region was made by. */
  static SlotPlan of(SlotRegion region, boolean copies) {
    Map<Integer, Integer> byQueue = new TreeMap<>();
    int others = 0;
    for (Slot slot : region.slots()) {
      int queue = slot.record().queue();
      if (queue == SlotRegion.NO_QUEUE) {
        others++;
      } else {
        byQueue.merge(queue, 1, Integer::sum);
      }
    }
    return new SlotPlan(byQueue, others, copies);
  }

  private static SlotPlan with(
      List<Integer> queues, int slots, int others, boolean copies, MountOptions options) {
    Map<Integer, Integer> byQueue = new TreeMap<>();
    for (int queue : queues) {
      byQueue.put(queue, options.slotsByCpu().getOrDefault(queue, slots));
    }
    return new SlotPlan(byQueue, others, copies);
  }

  /** Slots of all queues. */
  int queued() {
    return byQueue.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Slots in all, that requests come in. */
  int total() {
    return queued() + others;
  }

  long bytes(int payload) {
    return SlotRegion.bytes(total(), payload) * (copies ? 2 : 1);
  }
}
