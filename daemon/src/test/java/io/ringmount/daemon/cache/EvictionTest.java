package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the policies have in common, and what each is for. */
class EvictionTest {
  private static final int CAPACITY = 100;

  /** A cache of files of size 1, which is asked for files by number. */
  private static final class Model {
    private final EvictionPolicy policy;
    private final Map<Long, Entry> in = new HashMap<>();
    private int hits;

    Model(Eviction eviction) {
      policy = eviction.policy(CAPACITY);
    }

    void ask(long file) {
      Entry entry = in.get(file);
      if (entry != null) {
        hits++;
        policy.use(entry);
        return;
      }
      if (in.size() == CAPACITY) {
        evict();
      }
      Entry added = new Entry(new FileKey(0, file), 1, 0, 0);
      in.put(file, added);
      policy.add(added);
    }

    private void evict() {
      Entry victim = policy.victim(_ -> true);
      assertEquals(victim, in.remove(victim.key.inode()));
      policy.remove(victim);
    }

    int hits(int count, LongFunction<Long> trace) {
      hits = 0;
      for (int i = 0; i < count; i++) {
        ask(trace.apply(i));
      }
      return hits;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatFitsStays(Eviction eviction) {
    Model model = new Model(eviction);
    model.hits(CAPACITY, i -> i);
    assertEquals(10 * CAPACITY, model.hits(10 * CAPACITY, i -> i % CAPACITY));
  }

  @ParameterizedTest
  @EnumSource
  void namesOnlyWhatIsInAndMayGo(Eviction eviction) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    EvictionPolicy policy = eviction.policy(CAPACITY);
    List<Entry> in = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int what = random.nextInt(in.size() > CAPACITY ? 3 : 4);
      if (what >= 2) {
        Entry added = new Entry(new FileKey(0, random.nextInt(300)), 1 + random.nextInt(5), 0, 0);
        if (in.stream().noneMatch(each -> each.key.equals(added.key))) {
          policy.add(added);
          in.add(added);
        }
      } else if (what == 1 && !in.isEmpty()) {
        policy.use(in.get(random.nextInt(in.size())));
      } else {
        int kept = random.nextInt(300);
        Entry victim = policy.victim(entry -> entry.key.inode() % 10 != kept % 10);
        if (victim == null) {
          assertTrue(
              in.stream().allMatch(each -> each.key.inode() % 10 == kept % 10),
              () -> "seed " + seed);
        } else {
          assertTrue(in.remove(victim), () -> "seed " + seed);
          policy.remove(victim);
        }
      }
    }
    for (Entry each : in) {
      policy.remove(each);
    }
    assertNull(policy.victim(_ -> true));
  }

  @Test
  void lruFollowsWhatIsNew() {
    Model model = new Model(Eviction.LRU);
    model.hits(50_000, i -> i % 50);
    model.hits(1_000, i -> 1000 + i % CAPACITY);
    assertEquals(1_000, model.hits(1_000, i -> 1000 + i % CAPACITY));
  }

  @Test
  void lfuKeepsWhatIsOften() {
    Model model = new Model(Eviction.LFU);
    model.hits(500, i -> i % 50);
    model.hits(10_000, i -> 1000 + i);
    assertEquals(50, model.hits(50, i -> i));
  }

  @ParameterizedTest
  @EnumSource(names = {"ARC", "S3FIFO"})
  void whatIsReadOnceDoesNotDriveOutWhatIsReadOften(Eviction eviction) {
    Model model = new Model(eviction);
    // Eighty files that are always read again, and then many that never are.
    model.hits(1_000, i -> i % 80);
    int hits = model.hits(10_000, i -> i % 2 == 0 ? i / 2 % 80 : 1_000_000 + i);
    assertTrue(hits > 4_900, () -> eviction + " has " + hits);
  }

  @Test
  void arcLearnsWhichOfBothPays() {
    Model model = new Model(Eviction.ARC);
    model.hits(1_000, i -> i % 80);
    model.hits(20_000, i -> i % 2 == 0 ? i / 2 % 80 : 1000 + i);
    // By now only what is new counts.
    model.hits(20_000, i -> 2_000_000 + i / 2000 * 90 + i % 90);
    int hits = model.hits(10_000, i -> 3_000_000 + i / 2000 * 90 + i % 90);
    assertTrue(hits > 9_000, () -> "" + hits);
  }
}
