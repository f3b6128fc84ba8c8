package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.BusyPoll;
import io.ringmount.channels.TransportKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TuningFileTest {
  private static RequestedSettings settings(String text) {
    List<OptionMistake> mistakes = new ArrayList<>();
    RequestedSettings settings = TuningFile.parse(text, mistakes);
    assertEquals(List.of(), mistakes);
    return settings;
  }

  /** Every mistake, as {@code LINE: WHAT; REMEDY}. */
  private static List<String> mistakes(String text) {
    List<OptionMistake> mistakes = new ArrayList<>();
    TuningFile.parse(text, mistakes);
    return mistakes.stream()
        .map(each -> each.line() + ": " + each.what() + "; " + each.remedy())
        .toList();
  }

  @Test
  void everySectionIsRead() {
    RequestedSettings settings =
        settings(
            """
            [mount]
            backend = "/mnt/nfs"
            mountpoint = "/mnt/fast"
            read_only = true
            attr_timeout = 1.5

            [channels]
            transport = "auto"
            slots = 16
            busy_poll = 0
            spin_share = 1

            [[channels.core]]      # a comment
            cpu = 3
            busy_poll = "50us"
            slots = 32

            [[channels.core]]
            cpu = 0
            enabled = false
            server = 3
            """);
    assertEquals(Optional.of(Path.of("/mnt/nfs")), settings.backend());
    assertEquals(Optional.of(Path.of("/mnt/fast")), settings.mountpoint());
    assertEquals(true, settings.mount().get(OptionTable.READ_ONLY));
    assertEquals(1500, settings.mount().get(OptionTable.ATTR_TIMEOUT).toMillis());
    assertEquals(TransportKind.AUTO, settings.mount().get(OptionTable.TRANSPORT));
    assertEquals(OptionalInt.of(16), settings.mount().get(OptionTable.SLOTS));
    assertEquals(BusyPoll.OFF, settings.mount().get(OptionTable.BUSY_POLL));
    assertEquals(1.0, settings.mount().get(OptionTable.SPIN_SHARE));
    assertEquals(Set.of(0, 3), settings.cores().keySet());
    assertEquals(OptionalInt.of(32), settings.cores().get(3).get(OptionTable.SLOTS));
    assertEquals(new BusyPoll(50_000), settings.cores().get(3).get(OptionTable.BUSY_POLL));
    assertEquals(false, settings.cores().get(0).get(OptionTable.ENABLED));
    assertEquals(OptionalInt.of(3), settings.cores().get(0).get(OptionTable.SERVER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "channels.slots = 4",
        "channels = { slots = 4 }",
        "[channels]\r\nslots = 0x4\r\n",
        "[channels]\n\"slots\" = '4'",
        "[channels]\nslots = +4 # of them"
      })
  void everyFormOfTomlIsUnderstood(String text) {
    assertEquals(OptionalInt.of(4), settings(text).mount().get(OptionTable.SLOTS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nothing", "[mount]\n[channels]\n"})
  void aFileMaySayNothing(String text) {
    assertEquals(RequestedSettings.NONE, settings(text));
  }

  @Test
  void everyMistakeIsReportedWithItsLineInTheOrderOfLines() {
    assertEquals(
        List.of(
            "1: slots is in no section; write it as slots in [channels]",
            "2: color is in no section; remove it",
            "4: unknown key mountpont in [mount]; the nearest is mountpoint",
            "5: backend=relative is not an absolute path; use an absolute path",
            "6: unknown key nfs_backend in [mount]; write it as backend in [mount]",
            "7: unknown key slots in [mount]; write it as slots in [channels]",
            "8: read_only=maybe is neither true nor false; use true or false",
            "9: entry_timeout is a date or a time; use 0s to 365d",
            "11: dir=b is not an absolute path; use an absolute path",
            "12: unknown section [chanels]; the nearest is [channels]",
            "14: unknown section [qqq]; the sections are [mount], [channels], [cache] and"
                + " [[channels.core]]",
            "16: transport=ring is no such choice; use auto, uring or device",
            "17: slots=5000 is out of range; use auto, or 1 to 1024",
            "18: busy_poll=true is not a time; use auto, 0, or a time with its unit up to 10ms,"
                + " such as 50us",
            "19: spin_share is no finite number; use 0 to 1, such as 0.25",
            "20: channels is a list; use per-core, a number from 1, or a CPU list such as 0-3:8",
            "21: unknown key enabled in [channels]; write it as enabled in [[channels.core]]",
            "24: unknown key busy_poll_share in [[channels.core]]; write it as busy_poll_share in"
                + " [channels]",
            "25: unknown key enable in [[channels.core]]; the nearest is enabled",
            "26: slots is a table; use auto, or 1 to 1024",
            "27: [[channels.core]] does not say which CPU; add cpu = NUMBER",
            "30: cpu=2 has a table already, at line 23; make one of the two",
            "32: cpu=-1 is no CPU; use the number of a CPU, from 0",
            "34: cpu=two is no CPU; use the number of a CPU, from 0"),
        mistakes(
            """
            slots = 3
            color = "red"
            [mount]
            mountpont = "/a"
            backend = "relative"
            nfs_backend = "/a"
            slots = 3
            read_only = "maybe"
            entry_timeout = 1979-05-27
            [cache]
            dir = "b"
            [chanels]
            slots = 4
            [qqq]
            [channels]
            transport = "ring"
            slots = 5000
            busy_poll = true
            spin_share = nan
            channels = [0, 1]
            enabled = true
            [[channels.core]]
            cpu = 2
            busy_poll_share = 0.5
            enable = true
            slots = { a = 1 }
            [[channels.core]]
            slots = 3
            [[channels.core]]
            cpu = 2
            [[channels.core]]
            cpu = -1
            [[channels.core]]
            cpu = "two"
            """));
  }

  @Test
  void syntaxIsCheckedToTheEndAndWhatCanBeReadToo() {
    List<String> mistakes =
        mistakes(
            """
            [mount]
            backend =
            backend = "/a"
            backend = "/b"
            mountpoint = "/c
            [channels]
            slots = 0
            """);
    assertEquals(4, mistakes.size(), mistakes.toString());
    assertTrue(mistakes.get(0).startsWith("2: "), mistakes.toString());
    assertEquals(
        "4: backend previously defined at line 3, column 1; leave one of them out",
        mistakes.get(1));
    assertTrue(mistakes.get(2).startsWith("5: "), mistakes.toString());
    assertTrue(mistakes.get(3).startsWith("7: slots=0"), mistakes.toString());
  }

  @Test
  void whatFollowsAHeaderThatCannotBeReadIsNotCountedToTheTableBefore() {
    assertEquals(
        List.of("3: mount previously defined at line 1, column 1; leave one of them out"),
        mistakes("[mount]\n[channels]\n[mount]\nread_only = true\n"));
    assertEquals(1, mistakes("[[channels.core]]\n[[channels.core]\ncpu = 1\n").size());
    assertEquals(
        2, mistakes("[channels]\n[channels]\nslots = 0\n[[channels.core]]\nslots = 1\n").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[channels.core]\ncpu = 1",
        "channels.core = 1",
        "channels.core = [1]",
        "mount = 1"
      })
  void tablesAreTables(String text) {
    assertEquals(1, mistakes(text).size());
    assertTrue(mistakes(text).getFirst().contains("; write ["), mistakes(text).toString());
  }

  @Test
  void hostileTextIsCutShort() {
    String endless = "a".repeat(100_000);
    List<String> mistakes =
        mistakes(
            endless
                + " = 1\n[channels]\n"
                + endless
                + " = 1\nslots = \""
                + endless
                + "\"\n[b"
                + endless
                + "]\n[channels.core."
                + endless
                + "]\n");
    assertEquals(5, mistakes.size());
    mistakes.forEach(each -> assertTrue(each.length() < 500, each));
  }
}
