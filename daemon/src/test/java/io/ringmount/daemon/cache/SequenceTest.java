package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which files are taken for the next ones. */
class SequenceTest {
  private final CacheCounters counters = new CacheCounters();
  private final Sequences sequences = new Sequences(4, counters);

  private List<String> open(String path) {
    return sequences.opened(path);
  }

  @Test
  void ofShardsOneIsEnough() {
    assertEquals(
        List.of("m/model-00002-of-00005.safetensors"), open("m/model-00001-of-00005.safetensors"));
    assertEquals(
        List.of("m/model-00003-of-00005.safetensors", "m/model-00004-of-00005.safetensors"),
        open("m/model-00002-of-00005.safetensors"));
    assertEquals(List.of(), open("m/model-00002-of-00005.safetensors"));
    assertEquals(
        List.of("m/model-00005-of-00005.safetensors"), open("m/model-00003-of-00005.safetensors"));
    assertEquals(List.of(), open("m/model-00004-of-00005.safetensors"));
    assertEquals(List.of(), open("m/model-00005-of-00005.safetensors"));
    assertEquals(4, counters.guessed.sum());
    assertEquals(4, counters.guessedRight.sum());
  }

  @Test
  void othersCountOnceTwoFollowEachOther() {
    assertEquals(List.of(), open("d/img_9.jpg"));
    assertEquals(List.of("d/img_11.jpg"), open("d/img_10.jpg"));
    assertEquals(List.of("d/img_12.jpg", "d/img_13.jpg"), open("d/img_11.jpg"));
    assertEquals(List.of("d/img_14.jpg", "d/img_15.jpg", "d/img_16.jpg"), open("d/img_12.jpg"));
    assertEquals(List.of("d/img_17.jpg"), open("d/img_13.jpg"));
  }

  @Test
  void directoriesDoNotMixAndNoNumberIsNoMatter() {
    assertEquals(List.of(), open("a/1"));
    assertEquals(List.of(), open("b/2"));
    assertEquals(List.of(), open("a/name"));
    assertEquals(List.of(), open("b/name"));
    assertEquals(List.of(), open("b/12345678901"));
    assertEquals(List.of(), open("b/12345678902"));
    assertEquals(List.of("3"), first(List.of("1", "2")));
  }

  private List<String> first(List<String> paths) {
    List<String> last = List.of();
    for (String each : paths) {
      last = open(each);
    }
    return last;
  }

  @Test
  void theNumberIsTheOneThatCounts() {
    assertEquals(List.of(), open("v2-part-007.bin"));
    assertEquals(List.of("v2-part-009.bin"), open("v2-part-008.bin"));
    assertEquals(List.of(), open("img_0009_v2.jpg"));
    assertEquals(List.of("img_0011_v2.jpg"), open("img_0010_v2.jpg"));
    assertEquals(List.of(), open("0001-a-7"));
    assertEquals(List.of(), open("0002-b-7"));
  }

  @Test
  void whoJumpsBeginsAnew() {
    first(List.of("1", "2", "3"));
    assertEquals(List.of(), open("100"));
    assertEquals(List.of("102"), open("101"));
    assertEquals(List.of(), open("50"));
    assertEquals(List.of(), open("10"));
    assertEquals(List.of("12"), open("11"));
  }

  @Test
  void readersMayOvertakeEachOther() {
    TreeSet<String> guessed = new TreeSet<>();
    for (String each : List.of("20", "21", "23", "22", "24", "26", "25", "27")) {
      guessed.addAll(open(each));
    }
    assertEquals(List.of("22", "24", "25"), guessed.stream().limit(3).toList());
  }
}
