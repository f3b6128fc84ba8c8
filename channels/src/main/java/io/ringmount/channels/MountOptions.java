package io.ringmount.channels;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How a file system is mounted and served. Made by a {@link Builder}; immutable. */
public final class MountOptions {
  /** Slots of a queue when nothing is asked for and the memory budget allows. */
  public static final int DEFAULT_SLOTS = 16;

  /** The most slots of a queue. */
  public static final int MOST_SLOTS = 1024;

  /** max_background is 16 bits wide. */
  public static final int MOST_BACKGROUND = 0xffff;

  private final Builder values;

  private MountOptions(Builder values) {
    this.values = values;
  }

  /** Everything automatic: a channel per CPU, 256 MiB for slots, requests of up to 1 MiB. */
  public static MountOptions of(String source) {
    return builder(source).build();
  }

  /**
   * @param source what the mount table shows as the source
   */
  public static Builder builder(String source) {
    return new Builder(source);
  }

  public String source() {
    return values.source;
  }

  public boolean readOnly() {
    return values.readOnly;
  }

  public TransportKind transport() {
    return values.transport;
  }

  public RingMode ringMode() {
    return values.ringMode;
  }

  /** The CPUs that get a channel; empty: every CPU this process may run on. */
  public List<Integer> cpus() {
    return values.cpus;
  }

  /** For queues of some CPUs, the CPU whose channel serves them. */
  public Map<Integer, Integer> servers() {
    return values.servers;
  }

  /** Slots of each queue; 0: as the memory budget allows, at most {@value #DEFAULT_SLOTS}. */
  public int slots() {
    return values.slots;
  }

  /** Slots of the queues of some CPUs. */
  public Map<Integer, Integer> slotsByCpu() {
    return values.slotsByCpu;
  }

  /** The most bytes that slots and the memory of detached requests may take together. */
  public long memoryBudget() {
    return values.memoryBudget;
  }

  /** The most bytes of one read or write. */
  public int maxWrite() {
    return values.maxWrite;
  }

  /**
   * How many bytes the kernel reads ahead of who reads a file in order, in requests of up to {@link
   * #maxWrite}; 0: not at all.
   */
  public long readahead() {
    return values.readahead;
  }

  /** The most background requests the kernel sends; 0: as many as there are slots. */
  public int maxBackground() {
    return values.maxBackground;
  }

  /** The most requests with the file system at once; 0: as many as there are slots. */
  public int maxInFlight() {
    return values.maxInFlight;
  }

  public Execution execution() {
    return values.execution;
  }

  /** Whether the operations on one node come one after the other, in the order of arrival. */
  public boolean ordered() {
    return values.ordered;
  }

  /** Whether idle channels take over requests from overloaded ones. */
  public boolean balanced() {
    return values.balanced;
  }

  /** Whether channels give way to callers that would move to another processor. */
  public boolean lends() {
    return values.lends;
  }

  /** Where the counters are kept; empty: in memory of this process. */
  public Optional<Path> metrics() {
    return Optional.ofNullable(values.metrics);
  }

  /** What holds at the start and may be changed while mounted. */
  public Tuning tuning() {
    return values.tuning;
  }

  /** Collects options. Every setter checks its value: IllegalArgumentException says the range. */
  public static final class Builder {
    private final String source;
    private boolean readOnly;
    private TransportKind transport = TransportKind.AUTO;
    private RingMode ringMode = RingMode.STRICT;
    private List<Integer> cpus = List.of();
    private Map<Integer, Integer> servers = Map.of();
    private int slots;
    private Map<Integer, Integer> slotsByCpu = Map.of();
    private long memoryBudget = 256L << 20;
    private int maxWrite = 1 << 20;
    private long readahead = 1 << 20;
    private int maxBackground;
    private int maxInFlight;
    private Execution execution = Execution.INLINE;
    private boolean ordered;
    private boolean balanced = true;
    private boolean lends = true;
    private Path metrics;
    private Tuning tuning = Tuning.DEFAULT;

    private Builder(String source) {
      this.source = Objects.requireNonNull(source);
    }

    private Builder(Builder other) {
      source = other.source;
      readOnly = other.readOnly;
      transport = other.transport;
      ringMode = other.ringMode;
      cpus = other.cpus;
      servers = other.servers;
      slots = other.slots;
      slotsByCpu = other.slotsByCpu;
      memoryBudget = other.memoryBudget;
      maxWrite = other.maxWrite;
      readahead = other.readahead;
      maxBackground = other.maxBackground;
      maxInFlight = other.maxInFlight;
      execution = other.execution;
      ordered = other.ordered;
      balanced = other.balanced;
      lends = other.lends;
      metrics = other.metrics;
      tuning = other.tuning;
    }

    public MountOptions build() {
      return new MountOptions(new Builder(this));
    }

    public Builder readOnly(boolean value) {
      readOnly = value;
      return this;
    }

    public Builder transport(TransportKind value) {
      transport = Objects.requireNonNull(value);
      return this;
    }

    public Builder ringMode(RingMode value) {
      ringMode = Objects.requireNonNull(value);
      return this;
    }

    /**
     * @param value distinct CPUs; empty: every CPU this process may run on. Requests of other CPUs
     *     are served by these
     */
    public Builder cpus(List<Integer> value) {
      for (int cpu : value) {
        require(cpu >= 0, "cpus", cpu, "numbers of CPUs");
      }
      if (value.stream().distinct().count() < value.size()) {
        throw new IllegalArgumentException("cpus is " + value + ", must name each CPU once");
      }
      cpus = List.copyOf(value);
      return this;
    }

    /**
     * @param value by the CPU that requests are made on: the CPU whose channel serves them; for
     *     {@link TransportKind#URING}
     */
    public Builder servers(Map<Integer, Integer> value) {
      servers = Map.copyOf(value);
      return this;
    }

    /**
     * @param value 1 to {@value #MOST_SLOTS}; 0: as the memory budget allows
     */
    public Builder slots(int value) {
      require(value >= 0 && value <= MOST_SLOTS, "slots", value, "1 to 1024, or 0 for automatic");
      slots = value;
      return this;
    }

    /**
     * @param value by CPU, 1 to {@value #MOST_SLOTS} each
     */
    public Builder slotsByCpu(Map<Integer, Integer> value) {
      for (int each : value.values()) {
        require(each >= 1 && each <= MOST_SLOTS, "slots", each, "1 to 1024");
      }
      slotsByCpu = Map.copyOf(value);
      return this;
    }

    /**
     * @param value bytes, more than 0
     */
    public Builder memoryBudget(long value) {
      require(value > 0, "memoryBudget", value, "more than 0");
      memoryBudget = value;
      return this;
    }

    /**
     * @param value a multiple of 4096, 8192 to 16 MiB; the kernel limits it further to {@code
     *     fs.fuse.max_pages_limit} pages
     */
    public Builder maxWrite(int value) {
      require(
          value >= 8192 && value <= 16 << 20 && value % 4096 == 0,
          "maxWrite",
          value,
          "a multiple of 4096 from 8192 to 16 MiB");
      maxWrite = value;
      return this;
    }

    /**
     * @param value bytes, at least 0
     */
    public Builder readahead(long value) {
      require(value >= 0, "readahead", value, "0 or more");
      readahead = value;
      return this;
    }

    /**
     * @param value 1 to {@value #MOST_BACKGROUND}; 0: automatic
     */
    public Builder maxBackground(int value) {
      require(
          value >= 0 && value <= MOST_BACKGROUND,
          "maxBackground",
          value,
          "1 to 65535, or 0 for automatic");
      maxBackground = value;
      return this;
    }

    /**
     * @param value at least 1; 0: automatic
     */
    public Builder maxInFlight(int value) {
      require(value >= 0, "maxInFlight", value, "1 or more, or 0 for automatic");
      maxInFlight = value;
      return this;
    }

    public Builder execution(Execution value) {
      execution = Objects.requireNonNull(value);
      return this;
    }

    public Builder ordered(boolean value) {
      ordered = value;
      return this;
    }

    public Builder balanced(boolean value) {
      balanced = value;
      return this;
    }

    public Builder lends(boolean value) {
      lends = value;
      return this;
    }

    public Builder metrics(Path value) {
      metrics = Objects.requireNonNull(value);
      return this;
    }

    public Builder tuning(Tuning value) {
      tuning = Objects.requireNonNull(value);
      return this;
    }

    private static void require(boolean holds, String name, long value, String range) {
      if (!holds) {
        throw new IllegalArgumentException(name + " is " + value + ", must be " + range);
      }
    }
  }
}
