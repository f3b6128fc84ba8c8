package io.ringmount.daemon.config;

import io.ringmount.channels.Execution;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.Tuning;
import io.ringmount.daemon.cache.CacheOptions;
import io.ringmount.daemon.fs.MirrorOptions;
import io.ringmount.daemon.fs.PassedThrough;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything that a mount was asked to be, checked.
 *
 * @param source the backend directory, absolute
 * @param mountpoint absolute, without links
 * @param requested everything else
 */
public record MountSettings(Path source, Path mountpoint, RequestedSettings requested) {
  private static final int MIB = 1 << 20;
  private static final double GIB = 1L << 30;

  /**
   * @param requested what it says of directories is superseded
   */
  public static MountSettings of(Path source, Path mountpoint, RequestedSettings requested) {
    return new MountSettings(source, mountpoint, requested.withoutDirectories());
  }

  /** The value of an option of the whole mount. */
  public <T> T get(Option<T> option) {
    return requested.mount().get(option);
  }

  /**
   * For the channels.
   *
   * @param usable the CPUs of this machine that this process may run on, ascending
   * @param execution what {@link OptionTable#BACKEND_IO} comes to for this backend
   * @throws InvalidOptionsException when the settings do not fit each other or this machine
   */
  public MountOptions toMountOptions(int[] usable, Execution execution, Path metrics)
      throws InvalidOptionsException {
    return builder(usable, execution, metrics).readOnly(get(OptionTable.READ_ONLY)).build();
  }

  /** As {@link #toMountOptions}, for a mount that is tried out, where that means to write. */
  public MountOptions toTrialOptions(int[] usable, Execution execution, Path metrics)
      throws InvalidOptionsException {
    return builder(usable, execution, metrics).build();
  }

  private MountOptions.Builder builder(int[] usable, Execution execution, Path metrics)
      throws InvalidOptionsException {
    ChannelPlan plan = ChannelPlan.of(requested, usable);
    InvalidOptionsException.throwIfAny(plan.mistakes());
    return MountOptions.builder(source.toString().replace(',', '_'))
        .transport(get(OptionTable.TRANSPORT))
        .ringMode(ringMode())
        .cpus(plan.cpus())
        .servers(plan.servers())
        .slots(get(OptionTable.SLOTS).orElse(0))
        .slotsByCpu(plan.slots())
        .memoryBudget(get(OptionTable.MEMORY_BUDGET))
        .readahead(get(OptionTable.KERNEL_READAHEAD))
        .maxBackground(get(OptionTable.MAX_BACKGROUND).orElse(0))
        .maxInFlight(get(OptionTable.MAX_INFLIGHT).orElse(0))
        .execution(execution)
        .metrics(metrics)
        .ordered(get(OptionTable.ORDERED) == Ordering.INODE)
        .balanced(get(OptionTable.BALANCE))
        .lends(get(OptionTable.LEND))
        .tuning(
            new Tuning(
                get(OptionTable.BUSY_POLL),
                plan.busyPolls(),
                get(OptionTable.BUSY_POLL_SHARE),
                get(OptionTable.SPIN_SHARE)));
  }

  private RingMode ringMode() {
    if (get(OptionTable.SQPOLL)) {
      return RingMode.SQPOLL;
    }
    return switch (get(OptionTable.CRASH_SAFE)) {
      case STRICT -> RingMode.STRICT;
      case BOUNDED -> RingMode.BOUNDED;
    };
  }

  /**
   * Not past a cache; and of that nothing where somebody may write: what goes into a mapped copy
   * would not reach the backend.
   */
  private PassedThrough passedThrough() {
    if (get(OptionTable.PASSTHROUGH) == Passthrough.OFF || get(OptionTable.DIRECT_IO)) {
      return PassedThrough.NONE;
    }
    if (get(OptionTable.CACHE_DIR).isEmpty()) {
      return PassedThrough.SOURCE;
    }
    return get(OptionTable.READ_ONLY) ? PassedThrough.COPIES : PassedThrough.NONE;
  }

  /** For the cache, if there is to be one. */
  public Optional<CacheOptions> toCacheOptions() {
    return get(OptionTable.CACHE_DIR)
        .map(directory ->
            new CacheOptions(
                directory,
                (long) (get(OptionTable.CACHE_SIZE_GB) * GIB),
                get(OptionTable.CACHE_FREE_PERCENT),
                get(OptionTable.BLOCK_SIZE_MB) * MIB,
                get(OptionTable.MAX_CONCURRENT),
                get(OptionTable.EVICTION),
                get(OptionTable.FILL),
                get(OptionTable.PREFETCH),
                get(OptionTable.TTL)));
  }

  /**
   * For the file system.
   *
   * @param descriptorBudget how many files the backend may keep open
   */
  public MirrorOptions toMirrorOptions(int descriptorBudget) {
    return new MirrorOptions(
        get(OptionTable.ENTRY_TIMEOUT).toNanos(),
        get(OptionTable.ATTR_TIMEOUT).toNanos(),
        get(OptionTable.NEGATIVE_TIMEOUT).toNanos(),
        get(OptionTable.DIRECT_IO),
        passedThrough(),
        descriptorBudget);
  }
}
