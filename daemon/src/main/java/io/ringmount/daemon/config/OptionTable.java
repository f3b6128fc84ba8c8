package io.ringmount.daemon.config;

import io.ringmount.channels.BusyPoll;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.TransportKind;
import io.ringmount.daemon.cache.Eviction;
import io.ringmount.daemon.cache.FillPolicy;
import io.ringmount.daemon.config.Option.Change;
import io.ringmount.daemon.config.Option.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Every option there is, once. */
public final class OptionTable {
  private static final int MOST_IN_FLIGHT = 1_000_000;
  private static final int MOST_PERCENT_FREE = 90;
  private static final int MOST_BLOCK_MB = 64;
  private static final int MOST_FILLS = 64;
  private static final int MOST_PREFETCHED = 64;
  private static final int HIGHEST_CPU = ChannelSet.MAX_CPUS - 1;

  public static final Option<Optional<Path>> NFS_BACKEND =
      new Option<>(
          "nfs_backend",
          Section.MOUNT,
          "backend",
          Scope.MOUNT,
          ValueType.directory(),
          "none",
          Change.MOUNT,
          "The directory to serve, instead of BACKEND, for lines of fstab that have it.");

  public static final Option<Optional<Path>> MOUNTPOINT =
      new Option<>(
          "mountpoint",
          Section.MOUNT,
          "mountpoint",
          Scope.FILE,
          ValueType.directory(),
          "none",
          Change.MOUNT,
          "Where to mount, when the command line does not say.");

  public static final Option<TransportKind> TRANSPORT =
      fixed(
          Section.CHANNELS,
          "transport",
          ValueType.choice(TransportKind.class),
          "auto",
          "How requests travel: io_uring queues, cloned /dev/fuse descriptors, or the best that"
              + " works here.");

  public static final Option<ChannelSet> CHANNELS =
      fixed(
          Section.CHANNELS,
          "channels",
          ValueType.channels(),
          "per-core",
          "Which CPUs get a channel of their own; the others are served by these.");

  public static final Option<OptionalInt> SLOTS =
      new Option<>(
          "slots",
          Section.CHANNELS,
          "slots",
          Scope.BOTH,
          ValueType.countOrAuto(1, MountOptions.MOST_SLOTS),
          "auto",
          Change.MOUNT,
          "Requests that each CPU's queue can hold; auto: what the memory budget allows.");

  public static final Option<BusyPoll> BUSY_POLL =
      new Option<>(
          "busy_poll",
          Section.CHANNELS,
          "busy_poll",
          Scope.BOTH,
          ValueType.busyPoll(),
          "auto",
          Change.LIVE,
          "How long an idle channel looks for requests before it sleeps; auto: as long as it"
              + " pays.");

  public static final Option<Double> BUSY_POLL_SHARE =
      live("busy_poll_share", "0.25", "The most of a CPU that may go to polling without result.");

  public static final Option<Double> SPIN_SHARE =
      live("spin_share", "1.0", "The fraction of channels that poll at all.");

  public static final Option<CrashSafe> CRASH_SAFE =
      fixed(
          Section.CHANNELS,
          "crash_safe",
          ValueType.choice(CrashSafe.class),
          "strict",
          "strict: the kernel loses no request when the daemon is killed; bounded: it may lose as"
              + " many as there are idle slots.");

  public static final Option<Boolean> SQPOLL =
      fixed(
          Section.CHANNELS,
          "sqpoll",
          ValueType.bool(),
          "false",
          "A kernel thread submits for each channel (SQPOLL): slower, far slower on busy CPUs.");

  public static final Option<Boolean> STANDBY =
      fixed(
          Section.MOUNT,
          "standby",
          ValueType.bool(),
          "false",
          "Keep a second daemon ready, for the shortest pause when the first one dies.");

  public static final Option<Duration> HANG_LIMIT =
      fixed(
          Section.MOUNT,
          "hang_limit",
          ValueType.duration("0s", "1d"),
          "10s",
          "How long a thread of the daemon may stand still before the daemon is replaced; 0: for"
              + " ever. Waiting for the backend does not count.");

  public static final Option<BackendIo> BACKEND_IO =
      fixed(
          Section.CHANNELS,
          "backend_io",
          ValueType.choice(BackendIo.class),
          "auto",
          "Where operations on the backend run: on the channel's thread, away from it, or as the"
              + " backend's file system type suggests.");

  public static final Option<Ordering> ORDERED =
      fixed(
          Section.CHANNELS,
          "ordered",
          ValueType.choice(Ordering.class),
          "none",
          "inode: operations on one inode come one after the other.");

  public static final Option<OptionalInt> MAX_BACKGROUND =
      fixed(
          Section.CHANNELS,
          "max_background",
          ValueType.countOrAuto(1, MountOptions.MOST_BACKGROUND),
          "auto",
          "The most background requests (readahead, writeback) that the kernel sends; auto: as"
              + " many as there are slots.");

  public static final Option<OptionalInt> MAX_INFLIGHT =
      fixed(
          Section.CHANNELS,
          "max_inflight",
          ValueType.countOrAuto(1, MOST_IN_FLIGHT),
          "auto",
          "The most requests that are worked on at once; auto: as many as there are slots.");

  public static final Option<Boolean> BALANCE =
      fixed(
          Section.CHANNELS,
          "balance",
          ValueType.bool(),
          "true",
          "Idle channels take over requests from overloaded ones.");

  public static final Option<Boolean> LEND =
      fixed(
          Section.CHANNELS,
          "lend",
          ValueType.bool(),
          "true",
          "Channels run at idle priority while callers would otherwise move to another processor"
              + " at every request.");

  public static final Option<Long> MEMORY_BUDGET =
      fixed(
          Section.MOUNT,
          "memory_budget",
          ValueType.size("1m", "1t"),
          "256m",
          "The most memory that all slots together may take.");

  public static final Option<Duration> ENTRY_TIMEOUT = timeout("entry_timeout", "1s", "names");

  public static final Option<Duration> ATTR_TIMEOUT = timeout("attr_timeout", "1s", "attributes");

  public static final Option<Duration> NEGATIVE_TIMEOUT =
      timeout("negative_timeout", "0s", "the absence of names");

  public static final Option<Boolean> DIRECT_IO =
      fixed(
          Section.MOUNT,
          "direct_io",
          ValueType.bool(),
          "false",
          "Reads and writes bypass the kernel's page cache.");

  public static final Option<Passthrough> PASSTHROUGH =
      fixed(
          Section.MOUNT,
          "passthrough",
          ValueType.choice(Passthrough.class),
          "auto",
          "Whether the kernel reads and writes files by itself; auto: where it can, those of a"
              + " local backend, or copies in the cache of a read_only mount; not with direct_io.");

  public static final Option<Long> KERNEL_READAHEAD =
      fixed(
          Section.MOUNT,
          "kernel_readahead",
          ValueType.size("0", "64m"),
          "1m",
          "How far the kernel reads ahead of who reads a file in order, or around what is read of"
              + " a mapped one.");

  public static final Option<Boolean> READ_ONLY =
      fixed(
          Section.MOUNT,
          "read_only",
          ValueType.bool(),
          "false",
          "Nothing can be changed through the mount (also: ro, rw).");

  public static final Option<Optional<Path>> CACHE_DIR =
      cache(
          "cache_dir",
          "dir",
          ValueType.directory(),
          "none",
          "Where copies of the backend's files are kept, on a fast local disk; none: no cache.");

  public static final Option<Double> CACHE_SIZE_GB =
      cache(
          "cache_size_gb",
          "size_gb",
          ValueType.decimal("GIB", "0.001 to 1000000, such as 0.5", 0.001, 1_000_000),
          "50",
          "The most that the copies may take, in GiB.");

  public static final Option<Integer> CACHE_FREE_PERCENT =
      cache(
          "cache_free_percent",
          "free_percent",
          ValueType.count(0, MOST_PERCENT_FREE),
          "10",
          "How much of the cache's file system stays free, in percent.");

  public static final Option<Integer> BLOCK_SIZE_MB =
      cache(
          "block_size_mb",
          "block_size_mb",
          ValueType.count(1, MOST_BLOCK_MB),
          "1",
          "What copies are filled and checked by, in MiB.");

  public static final Option<Integer> MAX_CONCURRENT =
      cache(
          "max_concurrent",
          "max_concurrent",
          ValueType.count(1, MOST_FILLS),
          "4",
          "How many files are copied at once.");

  public static final Option<FillPolicy> FILL =
      cache(
          "fill",
          "fill",
          ValueType.choice(FillPolicy.class),
          "open",
          "When a file is copied: when it is opened to be read, when it is for the second time, or"
              + " never.");

  public static final Option<Integer> PREFETCH =
      cache(
          "prefetch",
          "prefetch",
          ValueType.count(0, MOST_PREFETCHED),
          "4",
          "The most files that are copied before they are opened, as they follow others by the"
              + " number in their names; 0: none.");

  public static final Option<Eviction> EVICTION =
      cache(
          "eviction",
          "eviction",
          ValueType.choice(Eviction.class),
          "arc",
          "Which copies go when room is needed.");

  public static final Option<Optional<Duration>> TTL =
      cache(
          "ttl",
          "ttl",
          ValueType.durationOrNone("1s", "3650d"),
          "none",
          "How long a copy is good for, though the file has not changed.");

  public static final Option<Boolean> ENABLED =
      core(
          "enabled",
          ValueType.bool(),
          "true",
          "Whether this CPU has a channel; false: its requests are served by a neighbour's.");

  public static final Option<OptionalInt> SERVER =
      core(
          "server",
          ValueType.countOrAuto(0, HIGHEST_CPU),
          "auto",
          "The CPU whose channel serves the queue of this one; auto: its own, or a neighbour's.");

  /** All options, in the order in which help shows them. */
  public static final List<Option<?>> ALL =
      List.of(
          NFS_BACKEND,
          MOUNTPOINT,
          READ_ONLY,
          MEMORY_BUDGET,
          ENTRY_TIMEOUT,
          ATTR_TIMEOUT,
          NEGATIVE_TIMEOUT,
          DIRECT_IO,
          PASSTHROUGH,
          KERNEL_READAHEAD,
          TRANSPORT,
          CHANNELS,
          SLOTS,
          BUSY_POLL,
          BUSY_POLL_SHARE,
          SPIN_SHARE,
          CRASH_SAFE,
          SQPOLL,
          STANDBY,
          HANG_LIMIT,
          BACKEND_IO,
          ORDERED,
          MAX_BACKGROUND,
          MAX_INFLIGHT,
          BALANCE,
          LEND,
          CACHE_DIR,
          CACHE_SIZE_GB,
          CACHE_FREE_PERCENT,
          BLOCK_SIZE_MB,
          MAX_CONCURRENT,
          FILL,
          PREFETCH,
          EVICTION,
          TTL,
          ENABLED,
          SERVER);

  private OptionTable() {}

  private static <T> Option<T> fixed(
      Section section, String name, ValueType<T> type, String defaultText, String sentence) {
    return new Option<>(
        name, section, name, Scope.MOUNT, type, defaultText, Change.MOUNT, sentence);
  }

  private static Option<Double> live(String name, String defaultText, String sentence) {
    return new Option<>(
        name,
        Section.CHANNELS,
        name,
        Scope.MOUNT,
        ValueType.fraction(),
        defaultText,
        Change.LIVE,
        sentence);
  }

  private static <T> Option<T> core(
      String name, ValueType<T> type, String defaultText, String sentence) {
    return new Option<>(
        name, Section.CHANNELS, name, Scope.CORE, type, defaultText, Change.MOUNT, sentence);
  }

  private static <T> Option<T> cache(
      String name, String key, ValueType<T> type, String defaultText, String sentence) {
    return new Option<>(
        name, Section.CACHE, key, Scope.MOUNT, type, defaultText, Change.MOUNT, sentence);
  }

  private static Option<Duration> timeout(String name, String defaultText, String cached) {
    return fixed(
        Section.MOUNT,
        name,
        ValueType.duration("0s", "365d"),
        defaultText,
        "How long the kernel may remember " + cached + " without asking.");
  }

  public static Optional<Option<?>> find(String name) {
    return first(option -> option.name().equals(name));
  }

  /** The option of the whole mount that has this key in a section of a tuning file. */
  static Optional<Option<?>> find(Section section, String key) {
    return first(option ->
        option.scope() != Scope.CORE && option.section() == section && option.key().equals(key));
  }

  private static Optional<Option<?>> first(Predicate<Option<?>> wanted) {
    return ALL.stream().filter(wanted).findFirst();
  }

  /** The options that {@code -o} takes. */
  static Stream<Option<?>> mountOptions() {
    return ALL.stream().filter(Option::isMountOption);
  }

  /** The options that a single CPU can have. */
  static Stream<Option<?>> perCore() {
    return ALL.stream().filter(Option::isPerCore);
  }
}
