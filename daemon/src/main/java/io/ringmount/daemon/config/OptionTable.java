package io.ringmount.daemon.config;

import io.ringmount.channels.TransportKind;
import io.ringmount.daemon.config.Option.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Every option there is, once. */
public final class OptionTable {
  public static final Option<TransportKind> TRANSPORT =
      new Option<>(
          "transport",
          ValueType.choice(TransportKind.class),
          "auto",
          Change.MOUNT,
          "How requests travel: io_uring queues, cloned /dev/fuse descriptors, or the best that"
              + " works here.");

  public static final Option<ChannelSet> CHANNELS =
      new Option<>(
          "channels",
          ValueType.channels(),
          "per-core",
          Change.MOUNT,
          "Which CPUs get a channel of their own; the others are served by these.");

  public static final Option<OptionalInt> SLOTS =
      new Option<>(
          "slots",
          ValueType.countOrAuto(1, 1024),
          "auto",
          Change.MOUNT,
          "Requests that each CPU's queue can hold; auto: what the memory budget allows.");

  public static final Option<Long> MEMORY_BUDGET =
      new Option<>(
          "memory_budget",
          ValueType.size("1m", "1t"),
          "256m",
          Change.MOUNT,
          "The most memory that all slots together may take.");

  public static final Option<Duration> ENTRY_TIMEOUT = timeout("entry_timeout", "1s", "names");

  public static final Option<Duration> ATTR_TIMEOUT = timeout("attr_timeout", "1s", "attributes");

  public static final Option<Duration> NEGATIVE_TIMEOUT =
      timeout("negative_timeout", "0s", "the absence of names");

  public static final Option<Boolean> DIRECT_IO =
      new Option<>(
          "direct_io",
          ValueType.bool(),
          "false",
          Change.MOUNT,
          "Reads and writes bypass the kernel's page cache.");

  public static final Option<Boolean> READ_ONLY =
      new Option<>(
          "read_only",
          ValueType.bool(),
          "false",
          Change.MOUNT,
          "Nothing can be changed through the mount (also: ro, rw).");

  /** All options, in the order in which help shows them. */
  public static final List<Option<?>> ALL =
      List.of(
          TRANSPORT,
          CHANNELS,
          SLOTS,
          MEMORY_BUDGET,
          ENTRY_TIMEOUT,
          ATTR_TIMEOUT,
          NEGATIVE_TIMEOUT,
          DIRECT_IO,
          READ_ONLY);

  /** Other spellings: a word that stands for an option with a value. */
  static final Map<String, String> ALIASES =
      Map.of("ro", "read_only=true", "rw", "read_only=false");

  /**
   * Words of fstab and of other FUSE file systems that are accepted and change nothing: what they
   * ask for is always so, or is for {@code mount(8)} and systemd to do.
   */
  static final Set<String> WITHOUT_MEANING =
      Set.of(
          "defaults",
          "_netdev",
          "noauto",
          "nofail",
          "nosuid",
          "nodev",
          "allow_other",
          "default_permissions",
          "async",
          "exec",
          "noatime",
          "relatime");

  private static final String FIXED_FLAGS = "cannot be: every mount is nosuid,nodev";

  /** Words of fstab that would be a promise nobody keeps, and why. */
  static final Map<String, String> REFUSED =
      Map.of(
          "suid",
          FIXED_FLAGS,
          "dev",
          FIXED_FLAGS,
          "noexec",
          "is not supported: programs on the mount can be run",
          "sync",
          "is not supported: the backend decides when it stores what is written");

  /** What looks like no option at all has no nearest one. */
  private static final int MOST_TYPOS = 3;

  private OptionTable() {}

  private static Option<Duration> timeout(String name, String defaultText, String cached) {
    return new Option<>(
        name,
        ValueType.duration("0s", "365d"),
        defaultText,
        Change.MOUNT,
        "How long the kernel may remember " + cached + " without asking.");
  }

  public static Optional<Option<?>> find(String name) {
    return ALL.stream().filter(option -> option.name().equals(name)).findFirst();
  }

  /** Whether {@code word} is accepted and changes nothing. */
  static boolean isWithoutMeaning(String word) {
    return WITHOUT_MEANING.contains(word) || word.startsWith("x-");
  }

  /** The valid name that was probably meant by a mistyped one. */
  public static Optional<String> nearest(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replace('-', '_');
    return Stream.concat(ALL.stream().map(Option::name), ALIASES.keySet().stream().sorted())
        .min(Comparator.comparingInt(valid -> editDistance(plain, valid)))
        .filter(valid -> isTypo(editDistance(plain, valid), plain.length()));
  }

  private static boolean isTypo(int distance, int length) {
    return distance <= MOST_TYPOS && 2 * distance < length;
  }

  /**
   * Characters to insert, remove, replace or swap with their neighbour to turn one into the other.
   */
  static int editDistance(String from, String to) {
    int[][] distance = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int replaced = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best = Math.min(distance[i - 1][j], distance[i][j - 1]) + 1;
        best = Math.min(best, distance[i - 1][j - 1] + replaced);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          best = Math.min(best, distance[i - 2][j - 2] + 1);
        }
        distance[i][j] = best;
      }
    }
    return distance[from.length()][to.length()];
  }

  /** The table for people, one option in two lines. */
  public static List<String> help() {
    List<String> lines = new ArrayList<>();
    for (Option<?> option : ALL) {
      String unit =
          option.type().unit().isEmpty() ? "" : "; a bare number is " + option.type().unit();
      String live = option.change() == Change.LIVE ? "; can change while mounted" : "";
      lines.add(String.format(Locale.ROOT, "  %-18s%s", option.name(), option.sentence()));
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-18s%s (default %s%s%s)",
              "",
              option.type().range(),
              option.defaultText(),
              unit,
              live));
    }
    lines.add(
        "  Accepted without effect: "
            + String.join(", ", WITHOUT_MEANING.stream().sorted().toList())
            + ", x-*");
    lines.add("  Access times are kept by the backend, as its own mount options say.");
    return lines;
  }
}
