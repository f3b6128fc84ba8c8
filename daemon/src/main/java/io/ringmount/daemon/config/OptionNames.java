package io.ringmount.daemon.config;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Words that stand among mount options without being in the table, and mistyped ones. */
final class OptionNames {
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

  private OptionNames() {}

  /** Whether {@code word} is accepted and changes nothing. */
  static boolean isWithoutMeaning(String word) {
    return WITHOUT_MEANING.contains(word) || word.startsWith("x-");
  }

  /** The mount option that was probably meant by a mistyped one. */
  static Optional<String> nearest(String name) {
    return nearest(
        name,
        Stream.concat(
            OptionTable.mountOptions().map(Option::name), ALIASES.keySet().stream().sorted()));
  }

  /** The valid name that was probably meant by a mistyped one. */
  static Optional<String> nearest(String name, Stream<String> validNames) {
    String plain = name.toLowerCase(Locale.ROOT).replace('-', '_');
    return validNames
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
}
