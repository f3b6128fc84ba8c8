package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.BusyPoll;
import io.ringmount.channels.Execution;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.TransportKind;
import io.ringmount.channels.Tuning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountOptionParserTest {
  private static final int[] CPUS = {0, 1, 2, 3, 8};

  private static MountSettings settings(String... lists) throws InvalidOptionsException {
    List<OptionMistake> mistakes = new ArrayList<>();
    OptionValues values = MountOptionParser.parse(List.of(lists), mistakes);
    InvalidOptionsException.throwIfAny(mistakes);
    return MountSettings.of(Path.of("/src"), Path.of("/mnt"), RequestedSettings.of(values));
  }

  private static List<OptionMistake> mistakes(String... lists) {
    return assertThrows(InvalidOptionsException.class, () -> settings(lists)).mistakes();
  }

  private static MountOptions mountOptions(String... lists) throws InvalidOptionsException {
    return settings(lists).toMountOptions(CPUS, Execution.INLINE, Path.of("/run/metrics"));
  }

  @Test
  void withoutOptionsEverythingIsAsTheTableSays() throws Exception {
    MountSettings settings = settings();
    assertEquals(1_000_000_000L, settings.toMirrorOptions(10).entryTimeoutNanos());
    assertEquals(1_000_000_000L, settings.toMirrorOptions(10).attributesTimeoutNanos());
    assertEquals(0, settings.toMirrorOptions(10).negativeTimeoutNanos());
    assertFalse(settings.toMirrorOptions(10).directIo());
    assertEquals(BackendIo.AUTO, settings.get(OptionTable.BACKEND_IO));
    MountOptions mount = mountOptions();
    MountOptions automatic = MountOptions.of("/src");
    assertEquals(automatic.readOnly(), mount.readOnly());
    assertEquals(automatic.transport(), mount.transport());
    assertEquals(automatic.ringMode(), mount.ringMode());
    assertEquals(automatic.cpus(), mount.cpus());
    assertEquals(automatic.slots(), mount.slots());
    assertEquals(automatic.memoryBudget(), mount.memoryBudget());
    assertEquals(automatic.maxBackground(), mount.maxBackground());
    assertEquals(automatic.maxInFlight(), mount.maxInFlight());
    assertEquals(automatic.ordered(), mount.ordered());
    assertEquals(automatic.balanced(), mount.balanced());
    assertEquals(automatic.lends(), mount.lends());
    assertEquals(Tuning.DEFAULT, mount.tuning());
  }

  @Test
  void everyOptionReachesTheMountAndTheFileSystem() throws Exception {
    MountSettings settings =
        settings(
            "transport=device,channels=0-1:8,slots=4,memory_budget=64m,crash_safe=bounded",
            "busy_poll=50us,busy_poll_share=0.5,spin_share=.75,ordered=inode,balance=off",
            "lend=off",
            "max_background=12,max_inflight=34,backend_io=async",
            "entry_timeout=200us,attr_timeout=2,negative_timeout=1.5s,direct_io,ro");
    MountOptions mount = settings.toMountOptions(CPUS, Execution.DETACHED, Path.of("/run/metrics"));
    assertEquals("/src", mount.source());
    assertTrue(mount.readOnly());
    assertEquals(TransportKind.DEVICE, mount.transport());
    assertEquals(RingMode.BOUNDED, mount.ringMode());
    assertEquals(List.of(0, 1, 8), mount.cpus());
    assertEquals(4, mount.slots());
    assertEquals(64L << 20, mount.memoryBudget());
    assertEquals(12, mount.maxBackground());
    assertEquals(34, mount.maxInFlight());
    assertEquals(Execution.DETACHED, mount.execution());
    assertEquals(BackendIo.ASYNC, settings.get(OptionTable.BACKEND_IO));
    assertTrue(mount.ordered());
    assertFalse(mount.balanced());
    assertFalse(mount.lends());
    assertEquals(new Tuning(new BusyPoll(50_000), Map.of(), 0.5, 0.75), mount.tuning());
    assertEquals(200_000, settings.toMirrorOptions(10).entryTimeoutNanos());
    assertEquals(2_000_000_000L, settings.toMirrorOptions(10).attributesTimeoutNanos());
    assertEquals(1_500_000_000L, settings.toMirrorOptions(10).negativeTimeoutNanos());
    assertTrue(settings.toMirrorOptions(10).directIo());
    assertEquals(10, settings.toMirrorOptions(10).descriptorBudget());
  }

  @Test
  void theTextsGivenMakeTheSameSettingsAgain() throws Exception {
    MountSettings settings = settings("channels=2,slots=auto,ro,direct_io=no,entry_timeout=5ms");
    assertEquals(
        settings,
        MountSettings.of(
            settings.source(),
            settings.mountpoint(),
            MountOptionParser.parse(
                settings.requested().mount().texts(), settings.requested().coreTexts())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "defaults",
        "_netdev,noauto,nofail",
        "nosuid,nodev,allow_other,default_permissions",
        "noatime,relatime,async,exec",
        "x-systemd.automount,x-systemd.idle-timeout=5min,x-"
      })
  void wordsOfFstabAreAcceptedAndMeanNothing(String options) throws Exception {
    assertEquals(settings(), settings(options));
  }

  @Test
  void theLastOfContradictingOptionsCounts() throws Exception {
    assertFalse(settings("ro,rw").get(OptionTable.READ_ONLY));
    assertTrue(settings("rw", "read_only=yes").get(OptionTable.READ_ONLY));
    assertEquals(OptionalInt.of(7), settings("slots=3,slots=7").get(OptionTable.SLOTS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "slots=5000|slots=5000 is out of range|use auto, or 1 to 1024",
        "slots=0|slots=0 is out of range|use auto, or 1 to 1024",
        "slots=-1|slots=-1 is out of range|use auto, or 1 to 1024",
        "slots=many|slots=many is not a whole number|use auto, or 1 to 1024",
        "slots|slots has no value|use auto, or 1 to 1024",
        "slots=|slots= is not a whole number|use auto, or 1 to 1024",
        "transport=ring|transport=ring is no such choice|use auto, uring or device",
        "memory_budget=1k|memory_budget=1k is out of range|use 1m to 1t",
        "memory_budget=big|memory_budget=big is not a size|use 1m to 1t",
        "memory_budget=1parsec|memory_budget=1parsec has no unit of size (k, m, g, t)|use 1m to 1t",
        "entry_timeout=400d|entry_timeout=400d is out of range|use 0s to 365d",
        "attr_timeout=-1|attr_timeout=-1 is out of range|use 0s to 365d",
        "negative_timeout=soon|negative_timeout=soon is not a time|use 0s to 365d",
        "direct_io=maybe|direct_io=maybe is neither true nor false|use true or false",
        "channels=0|channels=0 is out of range|use per-core, a number from 1, or a CPU list such as"
            + " 0-3:8",
        "channels=3-1|channels=3-1 is out of range|use per-core, a number from 1, or a CPU list"
            + " such as 0-3:8",
        "channels=a:b|channels=a:b is not a list of CPUs|use per-core, a number from 1, or a CPU"
            + " list such as 0-3:8",
        "channels=0-99999999:1|channels=0-99999999:1 is out of range|use per-core, a number from 1,"
            + " or a CPU list such as 0-3:8",
        "ro=1|ro=1 has a value|use ro alone, or read_only=true",
        "transprot=auto|unknown option transprot|the nearest is transport",
        "direct-oi|unknown option direct-oi|the nearest is direct_io",
        "slot=3|unknown option slot|the nearest is slots",
        "=3|unknown option |see 'ringmount mount --help'",
        "intr|unknown option intr|see 'ringmount mount --help'",
        "suid|suid cannot be: every mount is nosuid,nodev|leave it out",
        "dev|dev cannot be: every mount is nosuid,nodev|leave it out",
        "noexec|noexec is not supported: programs on the mount can be run|leave it out",
        "sync|sync is not supported: the backend decides when it stores what is written|leave it"
            + " out",
        "busy_poll=20|busy_poll=20 has no unit of time (ns, us, ms)|use auto, 0, or a time with its"
            + " unit up to 10ms, such as 50us",
        "busy_poll=1s|busy_poll=1s is out of range|use auto, 0, or a time with its unit up to 10ms,"
            + " such as 50us",
        "busy_poll=soon|busy_poll=soon is not a time|use auto, 0, or a time with its unit up to"
            + " 10ms, such as 50us",
        "spin_share=1.1|spin_share=1.1 is out of range|use 0 to 1, such as 0.25",
        "spin_share=-0|spin_share=-0 is out of range|use 0 to 1, such as 0.25",
        "spin_share=half|spin_share=half is not a number|use 0 to 1, such as 0.25",
        "crash_safe=no|crash_safe=no is no such choice|use strict or bounded",
        "ordered|ordered has no value|use none or inode",
        "max_background=65536|max_background=65536 is out of range|use auto, or 1 to 65535",
        "nfs_backend=a/b|nfs_backend=a/b is not an absolute path|use an absolute path",
        "enabled=false|enabled is no mount option|it can be set in [[channels.core]] of a tuning"
            + " file (--config)",
        "mountpoint=/a|mountpoint is no mount option|it can be set in [mount] of a tuning file"
            + " (--config)",
        "8|unknown option 8|a CPU list has ':' between its parts, as in channels=0-3:8"
      })
  void mistakesSayWhatIsWrongAndWhatIsRight(String option, String what, String remedy) {
    String said = what.equals("unknown option") ? "unknown option " : what;
    assertEquals(List.of(new OptionMistake(said, remedy)), mistakes(option));
  }

  @Test
  void allMistakesAreReportedAtOnce() {
    assertEquals(4, mistakes("slots=0,direct_io,foo,channels=0-3,8", "transport=x").size());
  }

  @Test
  void hostileTextIsCutShort() {
    String endless = "a".repeat(100_000);
    mistakes(endless + "," + "slots=" + endless)
        .forEach(each -> assertTrue(each.what().length() < 200, each.what()));
  }

  @ParameterizedTest
  @CsvSource({"9, is more than the 5 CPUs online", "3:9, names CPUs that are not online: 9"})
  void cpusThatAreNotThereAreRefused(String channels, String why) throws Exception {
    MountSettings settings = settings("channels=" + channels);
    InvalidOptionsException e =
        assertThrows(
            InvalidOptionsException.class,
            () -> settings.toMountOptions(CPUS, Execution.INLINE, Path.of("/run/metrics")));
    assertEquals("channels=" + channels + " " + why, e.mistakes().getFirst().what());
  }

  @ParameterizedTest
  @CsvSource({
    "auto, -1",
    "AUTO, -1",
    "0, 0",
    "0us, 0",
    "0.0, 0",
    "50us, 50000",
    "1.5ms, 1500000",
    "10ms, 10000000",
    "7ns, 7"
  })
  void busyPollIsATimeWithItsUnit(String text, long nanos) throws Exception {
    assertEquals(nanos, mountOptions("busy_poll=" + text).tuning().busyPoll().nanos());
  }

  @Test
  void theBackendOfFstabIsNoPartOfWhatTheDaemonIsTold() throws Exception {
    MountSettings settings = settings("nfs_backend=/mnt/nfs,slots=3");
    assertEquals(Map.of("slots", "3"), settings.requested().mount().texts());
    assertEquals(Path.of("/src"), settings.source());
  }

  @ParameterizedTest
  @CsvSource({"2, 0 1", "3-3, 3", "8:0-1, 0 1 8", "0-3:8, ''", "5, ''", "per-core, ''"})
  void channelsAreACountOrAList(String channels, String cpus) throws Exception {
    String resolved =
        String.join(
            " ",
            mountOptions("channels=" + channels).cpus().stream().map(String::valueOf).toList());
    assertEquals(cpus, resolved);
  }
}
