package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.BusyPoll;
import io.ringmount.channels.Execution;
import io.ringmount.channels.MountOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelPlanTest {
  private static final int[] CPUS = {0, 1, 2, 8};

  private static RequestedSettings settings(String text) {
    List<OptionMistake> mistakes = new ArrayList<>();
    RequestedSettings settings = TuningFile.parse(text, mistakes);
    assertEquals(List.of(), mistakes);
    return settings;
  }

  private static String core(int cpu, String... lines) {
    return "[[channels.core]]\ncpu = " + cpu + "\n" + String.join("\n", lines) + "\n";
  }

  private static List<String> mistakes(String text) {
    return settings(text).check(CPUS).stream()
        .map(each -> each.line() + ": " + each.what() + "; " + each.remedy())
        .toList();
  }

  @Test
  void whatIsAskedForSingleCpusReachesTheMount() throws Exception {
    MountOptions options =
        MountSettings.of(
                Path.of("/a"),
                Path.of("/b"),
                settings(
                    core(0, "enabled = false", "slots = 3", "server = 8")
                        + core(1, "busy_poll = '50us'", "slots = 'auto'")
                        + core(2, "server = 2", "enabled = true")
                        + core(8, "busy_poll = 'auto'", "slots = 7")))
            .toMountOptions(CPUS, Execution.INLINE, Path.of("/run/metrics"));
    assertEquals(List.of(1, 2, 8), options.cpus());
    assertEquals(Map.of(0, 8, 2, 2), options.servers());
    assertEquals(Map.of(0, 3, 8, 7), options.slotsByCpu());
    assertEquals(
        Map.of(1, new BusyPoll(50_000), 8, BusyPoll.AUTO), options.tuning().busyPollByCpu());
  }

  @ParameterizedTest
  @CsvSource({"per-core, '1 2 8'", "3, '1 2'", "0-1, 1", "1:8, '1 8'"})
  void aCpuThatIsNotEnabledIsLeftOutOfThoseChosen(String channels, String left) {
    RequestedSettings settings =
        settings("channels.channels = '" + channels + "'\n" + core(0, "enabled = false"));
    ChannelPlan plan = ChannelPlan.of(settings, CPUS);
    assertEquals(List.of(), plan.mistakes());
    assertEquals(left, String.join(" ", plan.cpus().stream().map(String::valueOf).toList()));
  }

  @Test
  void settingsThatFitAreNoMistake() {
    assertEquals(List.of(), mistakes("channels.transport = 'device'\n" + core(1, "server = 0")));
    assertEquals(List.of(), mistakes("channels.channels = 1\n" + core(8, "slots = 3")));
  }

  @Test
  void settingsThatContradictEachOtherAreMistakes() {
    assertEquals(
        List.of(
            "4: enabled=true contradicts channels=2, which has no channel for CPU 8; change one of"
                + " them"),
        mistakes("channels.channels = 2\n" + core(8, "enabled = true")));
    assertEquals(
        List.of(
            "3: busy_poll has no effect: CPU 0 has no channel; leave it out, or give the CPU a"
                + " channel"),
        mistakes(core(0, "busy_poll = 0", "enabled = false")));
    assertEquals(
        List.of("6: server=0 is no CPU with a channel; use one of 1, 2, 8"),
        mistakes(core(0, "enabled = false") + core(1, "server = 0")));
    assertEquals(
        List.of("3: server=7 is no CPU with a channel; use one of 0, 1, 2, 8"),
        mistakes(core(1, "server = 7")));
  }

  @Test
  void settingsThatDoNotFitTheMachineAreMistakes() {
    assertEquals(
        List.of("2: cpu=3 is not online here; use one of 0, 1, 2, 8"),
        mistakes(core(3, "slots = 4")));
    assertEquals(
        List.of(
            "1: channels=7-8 names CPUs that are not online: 7; use per-core, or CPUs that are"
                + " online"),
        mistakes("channels.channels = '7-8'"));
  }

  @Test
  void oneChannelMustBeLeft() {
    assertEquals(
        List.of("3: no CPU is left with a channel; enable one of 0, 1, 2, 8"),
        mistakes(
            core(0, "enabled = false")
                + core(1, "enabled = false")
                + core(2, "enabled = false")
                + core(8, "enabled = false")));
    assertEquals(
        List.of("4: no CPU is left with a channel; enable one of 0"),
        mistakes("channels.channels = 1\n" + core(0, "enabled = false")));
  }
}
