package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.BusyPoll;
import io.ringmount.channels.Tuning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveSettingsTest {
  private static final List<Integer> CPUS = List.of(3, 0);
  private static final OptionalInt MOUNT = OptionalInt.empty();

  private volatile Tuning tuning = Tuning.DEFAULT;
  private final List<Tuning> applied = new ArrayList<>();
  private final LiveSettings settings =
      new LiveSettings(
          () -> tuning,
          other -> {
            tuning = other;
            applied.add(other);
          });

  private List<LiveSettings.Change> change(OptionalInt core, Map<String, String> texts)
      throws InvalidOptionsException, IOException {
    return settings.change(core, CPUS, texts);
  }

  @Test
  void aChangeAppliesAtOnceAndSaysWhatItChanged() throws Exception {
    assertEquals(
        List.of(new LiveSettings.Change("busy_poll", "auto", "50us")),
        change(MOUNT, Map.of("busy_poll", "0.05ms")));
    assertEquals(
        List.of(new LiveSettings.Change("busy_poll_share", "0.25", "0.5")),
        change(MOUNT, Map.of("busy_poll_share", "0.50")));
    assertEquals(
        List.of(new LiveSettings.Change("spin_share", "1", "0")),
        change(MOUNT, Map.of("spin_share", "0")));
    assertEquals(new Tuning(new BusyPoll(50_000), Map.of(), 0.5, 0), tuning);
    assertEquals(3, applied.size());
  }

  @Test
  void severalChangesAreOne() throws Exception {
    change(MOUNT, Map.of("busy_poll", "0", "busy_poll_share", "1", "spin_share", "0.5"));
    assertEquals(List.of(new Tuning(BusyPoll.OFF, Map.of(), 1, 0.5)), applied);
  }

  @Test
  void aCpuKeepsItsOwnSettingWhenTheMountsChanges() throws Exception {
    assertEquals(
        List.of(new LiveSettings.Change("busy_poll", "auto", "1500ns")),
        change(OptionalInt.of(3), Map.of("busy_poll", "1.5us")));
    assertEquals(BusyPoll.AUTO, tuning.busyPoll(0));
    change(MOUNT, Map.of("busy_poll", "10ms"));
    assertEquals(new BusyPoll(1_500), tuning.busyPoll(3));
    assertEquals(new BusyPoll(10_000_000), tuning.busyPoll(0));
    assertEquals(
        Map.of("busy_poll", "10ms", "busy_poll_share", "0.25", "spin_share", "1"),
        settings.values());
    assertEquals(Map.of(3, Map.of("busy_poll", "1500ns")), settings.coreValues());
  }

  @Test
  void nothingToChangeAppliesNothing() throws Exception {
    assertEquals(List.of(), change(MOUNT, Map.of()));
    assertEquals(
        List.of(new LiveSettings.Change("busy_poll", "auto", "auto")),
        change(MOUNT, Map.of("busy_poll", "AUTO")));
    assertEquals(List.of(), applied);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-1|slots|32|slots can only change by mounting anew|unmount, and mount with it",
        "-1|backend_io|async|backend_io can only change by mounting anew|unmount, and mount with"
            + " it",
        "3|enabled|false|enabled can only change by mounting anew|unmount, and mount with it",
        "-1|busypoll|0|unknown setting busypoll|the nearest is busy_poll",
        "-1|qqq|0|unknown setting qqq|see 'ringmount tune MOUNTPOINT' for what can change",
        "-1|busy_poll|20|busy_poll=20 has no unit of time (ns, us, ms)|use auto, 0, or a time with"
            + " its unit up to 10ms, such as 50us",
        "-1|spin_share|2|spin_share=2 is out of range|use 0 to 1, such as 0.25",
        "3|spin_share|1|spin_share cannot differ between cores|leave out --core",
        "7|busy_poll|0|CPU 7 has no channel|channels are on 0, 3"
      })
  void oneMistakeAndNothingChanges(int core, String name, String text, String what, String remedy) {
    OptionalInt where = core < 0 ? MOUNT : OptionalInt.of(core);
    InvalidOptionsException e =
        assertThrows(InvalidOptionsException.class, () -> change(where, Map.of(name, text)));
    assertEquals(List.of(new OptionMistake(what, remedy)), e.mistakes());
    assertThrows(
        InvalidOptionsException.class,
        () -> change(where, Map.of(name, text, "busy_poll_share", "0.5")));
    assertEquals(List.of(), applied);
  }

  @Test
  void everyMistakeIsReported() {
    InvalidOptionsException e =
        assertThrows(
            InvalidOptionsException.class,
            () ->
                change(
                    OptionalInt.of(5),
                    Map.of("slots", "3", "busy_poll", "x", "spin_share", "1", "y", "z")));
    assertEquals(5, e.mistakes().size(), e.mistakes().toString());
  }

  @Test
  void changesMadeAtTheSameTimeAreAllKept() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Integer> cpus = new ArrayList<>();
      for (int cpu = 0; cpu < 200; cpu++) {
        cpus.add(cpu);
      }
      List<Future<?>> done = new ArrayList<>();
      for (int cpu : cpus) {
        done.add(
            threads.submit(
                () -> settings.change(OptionalInt.of(cpu), cpus, Map.of("busy_poll", "1us"))));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
    assertEquals(200, tuning.busyPollByCpu().size());
    assertTrue(tuning.busyPollByCpu().values().stream().allMatch(each -> each.nanos() == 1_000));
  }
}
