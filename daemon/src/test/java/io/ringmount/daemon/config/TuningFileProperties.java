package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TuningFileProperties {
  private static final Map<Option<?>, List<String>> VALUES = new HashMap<>();
  private static final int CPUS = 8;

  static {
    List<String> paths = List.of("/", "/a b", "/\"quoted\"", "/back\\slash", "/ünï", "none");
    List<String> truths = List.of("true", "false", "yes", "off", "1", "0");
    List<String> counts = List.of("auto", "1", "7", "1024", "AUTO");
    List<String> times = List.of("0", "1", "1.5", "200us", "3 ms", "365d", ".5s");
    List<String> shares = List.of("0", "1", "0.25", ".5", "1.0");
    VALUES.put(OptionTable.NFS_BACKEND, paths);
    VALUES.put(OptionTable.MOUNTPOINT, paths);
    VALUES.put(OptionTable.READ_ONLY, truths);
    VALUES.put(OptionTable.MEMORY_BUDGET, List.of("1m", "1073741824", "1.5g", "64 MiB"));
    VALUES.put(OptionTable.ENTRY_TIMEOUT, times);
    VALUES.put(OptionTable.ATTR_TIMEOUT, times);
    VALUES.put(OptionTable.NEGATIVE_TIMEOUT, times);
    VALUES.put(OptionTable.DIRECT_IO, truths);
    VALUES.put(OptionTable.PASSTHROUGH, List.of("auto", "off"));
    VALUES.put(OptionTable.KERNEL_READAHEAD, List.of("0", "128k", "1m", "64m"));
    VALUES.put(OptionTable.TRANSPORT, List.of("auto", "uring", "device", "URING"));
    VALUES.put(OptionTable.CHANNELS, List.of("per-core", "1", "8", "0-3:8", "3-3"));
    VALUES.put(OptionTable.SLOTS, counts);
    VALUES.put(OptionTable.BUSY_POLL, List.of("auto", "0", "0.0", "50us", "1.5ms", "7ns"));
    VALUES.put(OptionTable.BUSY_POLL_SHARE, shares);
    VALUES.put(OptionTable.SPIN_SHARE, shares);
    VALUES.put(OptionTable.CRASH_SAFE, List.of("strict", "bounded"));
    VALUES.put(OptionTable.SQPOLL, truths);
    VALUES.put(OptionTable.STANDBY, truths);
    VALUES.put(OptionTable.HANG_LIMIT, List.of("0", "0s", "500ms", "10s", "1d"));
    VALUES.put(OptionTable.BACKEND_IO, List.of("auto", "inline", "async"));
    VALUES.put(OptionTable.ORDERED, List.of("none", "inode"));
    VALUES.put(OptionTable.MAX_BACKGROUND, counts);
    VALUES.put(OptionTable.MAX_INFLIGHT, counts);
    VALUES.put(OptionTable.BALANCE, truths);
    VALUES.put(OptionTable.LEND, truths);
    VALUES.put(OptionTable.CACHE_DIR, paths);
    VALUES.put(OptionTable.CACHE_SIZE_GB, List.of("50", "0.5", "1000"));
    VALUES.put(OptionTable.CACHE_FREE_PERCENT, List.of("0", "10", "90"));
    VALUES.put(OptionTable.BLOCK_SIZE_MB, List.of("1", "64"));
    VALUES.put(OptionTable.MAX_CONCURRENT, List.of("1", "64"));
    VALUES.put(OptionTable.PREFETCH, List.of("0", "4", "64"));
    VALUES.put(OptionTable.FILL, List.of("open", "second-read", "never"));
    VALUES.put(OptionTable.EVICTION, List.of("lru", "lfu", "arc", "s3fifo"));
    VALUES.put(OptionTable.TTL, List.of("none", "1s", "7d"));
    VALUES.put(OptionTable.ENABLED, truths);
    VALUES.put(OptionTable.SERVER, List.of("auto", "0", "5"));
  }

  /**
   * Settings as texts.
   *
   * @param mount by name
   * @param cores by CPU and name
   * @param seed decides about what is equivalent, such as quotes
   */
  record Texts(Map<String, String> mount, Map<Integer, Map<String, String>> cores, long seed) {}

  @Provide
  static Arbitrary<Texts> texts() {
    return Arbitraries.longs()
        .map(seed -> {
          Random random = new Random(seed);
          Map<String, String> mount =
              choose(
                  random,
                  OptionTable.ALL.stream()
                      .filter(option -> option.scope() != Option.Scope.CORE)
                      .toList());
          Map<Integer, Map<String, String>> cores = new LinkedHashMap<>();
          for (int i = random.nextInt(4); i > 0; i--) {
            cores.put(random.nextInt(CPUS), choose(random, OptionTable.perCore().toList()));
          }
          return new Texts(mount, cores, seed);
        });
  }

  private static Map<String, String> choose(Random random, List<? extends Option<?>> options) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Option<?> option : options) {
      List<String> values = VALUES.get(option);
      if (random.nextBoolean()) {
        texts.put(option.name(), values.get(random.nextInt(values.size())));
      }
    }
    return texts;
  }

  private static String file(Texts texts) {
    Random random = new Random(texts.seed());
    StringBuilder file = new StringBuilder();
    for (Section section : Section.values()) {
      file.append("[").append(section.label()).append("]\n");
      texts
          .mount()
          .forEach((name, text) -> {
            Option<?> option = OptionTable.find(name).orElseThrow();
            if (option.section() == section) {
              file.append(option.key()).append(" = ").append(value(text, random)).append('\n');
            }
          });
    }
    texts
        .cores()
        .forEach((cpu, core) -> {
          file.append("[[channels.core]]\ncpu = ").append(cpu).append('\n');
          core.forEach((name, text) ->
              file.append(name).append(" = ").append(value(text, random)).append('\n'));
        });
    return file.toString();
  }

  /** Some form of TOML that has the same text, or the number or truth value. */
  private static String value(String text, Random random) {
    boolean plain = text.matches("true|false|0|[1-9][0-9]*|(0|[1-9][0-9]*)\\.[0-9]+");
    if (plain && random.nextBoolean()) {
      return text;
    }
    return random.nextBoolean()
        ? "'" + text + "'"
        : "\"" + text.replaceAll("[\"\\\\]", "\\\\$0") + "\"";
  }

  @Property
  void aFileMeansWhatTheSameMountOptionsMean(@ForAll("texts") Texts texts) throws Exception {
    List<OptionMistake> mistakes = new ArrayList<>();
    RequestedSettings fromFile = TuningFile.parse(file(texts), mistakes);
    assertEquals(List.of(), mistakes);
    Map<String, String> options = new LinkedHashMap<>(texts.mount());
    String mountpoint = options.remove("mountpoint");
    RequestedSettings fromTexts = MountOptionParser.parse(options, texts.cores());
    assertEquals(fromTexts.mount(), fromFile.mount().without(OptionTable.MOUNTPOINT));
    assertEquals(fromTexts.cores(), fromFile.cores());
    assertEquals(
        mountpoint == null
            ? fromFile.mountpoint()
            : OptionTable.MOUNTPOINT.type().parse(mountpoint),
        fromFile.mountpoint());
    List<String> list = new ArrayList<>();
    options.forEach((name, text) -> list.add(name + "=" + text));
    assertEquals(fromTexts.mount(), MountOptionParser.parse(list, mistakes));
    assertEquals(List.of(), mistakes);
  }

  @Property
  void whateverAFileHasItsMistakesAreCollected(
      @ForAll("texts") Texts texts, @ForAll Random random) {
    StringBuilder file = new StringBuilder(file(texts));
    for (int i = random.nextInt(12); i >= 0; i--) {
      mutate(file, random);
    }
    List<OptionMistake> mistakes = new ArrayList<>();
    RequestedSettings settings = TuningFile.parse(file.toString(), mistakes);
    mistakes.addAll(settings.check(new int[] {0, 1}));
    int lines = (int) file.chars().filter(each -> each == '\n').count() + 1;
    for (OptionMistake each : mistakes) {
      assertNotEquals("", each.what());
      assertTrue(each.line() >= 1 && each.line() <= lines, each + " of " + lines);
    }
  }

  private static void mutate(StringBuilder file, Random random) {
    String alphabet = "[]{}=.\"'\\#,\n\r\t\u0000\uffff\ud800 -+0123456789eaxyz_:é";
    int at = random.nextInt(file.length() + 1);
    switch (random.nextInt(4)) {
      case 0 -> file.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
      case 1 -> file.delete(at, Math.min(file.length(), at + 1 + random.nextInt(8)));
      case 2 -> {
        int end = Math.min(file.length(), at + random.nextInt(40));
        file.insert(random.nextInt(file.length() + 1), file.substring(at, end));
      }
      default ->
          file.insert(
              at,
              List.of("[cache]\n", "[mount]", "nan", "[[channels.core]]\n", "=")
                  .get(random.nextInt(5)));
    }
  }
}
