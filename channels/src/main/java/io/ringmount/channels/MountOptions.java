package io.ringmount.channels;

import java.util.List;
import java.util.Objects;

/**
 * How a file system is mounted and served.
 *
 * @param source what the mount table shows as the source
 * @param readOnly mounted read-only
 * @param transport which transport to use
 * @param cpus the CPUs that get a channel; empty: every CPU this process may run on. Requests of
 *     other CPUs are served by these
 * @param slots slots for each CPU's queue, 1 to 1024; 0: as the memory budget allows, at most
 *     {@value #DEFAULT_SLOTS}
 * @param memoryBudget the most bytes that all slots together may take
 * @param maxWrite the most bytes of one read or write, a multiple of 4096, 8192 to 16 MiB; the
 *     kernel limits it further to {@code fs.fuse.max_pages_limit} pages
 */
public record MountOptions(
    String source,
    boolean readOnly,
    TransportKind transport,
    List<Integer> cpus,
    int slots,
    long memoryBudget,
    int maxWrite) {
  /** Slots of a queue when nothing is asked for and the memory budget allows. */
  public static final int DEFAULT_SLOTS = 16;

  public MountOptions {
    Objects.requireNonNull(source);
    Objects.requireNonNull(transport);
    cpus = List.copyOf(cpus);
    for (int cpu : cpus) {
      require(cpu >= 0, "cpus", cpu, "numbers of CPUs");
    }
    if (cpus.stream().distinct().count() < cpus.size()) {
      throw new IllegalArgumentException("cpus is " + cpus + ", must name each CPU once");
    }
    require(slots >= 0 && slots <= 1024, "slots", slots, "1 to 1024, or 0 for automatic");
    require(memoryBudget > 0, "memoryBudget", memoryBudget, "more than 0");
    require(
        maxWrite >= 8192 && maxWrite <= 16 << 20 && maxWrite % 4096 == 0,
        "maxWrite",
        maxWrite,
        "a multiple of 4096 from 8192 to 16 MiB");
  }

  private static void require(boolean holds, String name, long value, String range) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", must be " + range);
    }
  }

  /** Everything automatic: a channel per CPU, 256 MiB for slots, requests of up to 1 MiB. */
  public static MountOptions of(String source) {
    return new MountOptions(source, false, TransportKind.AUTO, List.of(), 0, 256L << 20, 1 << 20);
  }

  public MountOptions withTransport(TransportKind kind) {
    return new MountOptions(source, readOnly, kind, cpus, slots, memoryBudget, maxWrite);
  }
}
