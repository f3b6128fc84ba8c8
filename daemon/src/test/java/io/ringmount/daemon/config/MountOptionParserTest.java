package io.ringmount.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.MountOptions;
import io.ringmount.channels.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountOptionParserTest {
  private static final int[] CPUS = {0, 1, 2, 3, 8};

  private static MountSettings settings(String... lists) throws InvalidOptionsException {
    return MountSettings.of(
        Path.of("/src"), Path.of("/mnt"), MountOptionParser.parse(List.of(lists)));
  }

  private static List<OptionMistake> mistakes(String... lists) {
    return assertThrows(
            InvalidOptionsException.class, () -> MountOptionParser.parse(List.of(lists)))
        .mistakes();
  }

  @Test
  void withoutOptionsEverythingIsAsTheTableSays() throws Exception {
    MountSettings settings = settings();
    assertEquals(TransportKind.AUTO, settings.transport());
    assertEquals(new ChannelSet.PerCore(), settings.channels());
    assertEquals(OptionalInt.empty(), settings.slots());
    assertEquals(256L << 20, settings.memoryBudget());
    assertEquals(Duration.ofSeconds(1), settings.entryTimeout());
    assertEquals(Duration.ofSeconds(1), settings.attrTimeout());
    assertEquals(Duration.ZERO, settings.negativeTimeout());
    assertFalse(settings.directIo());
    assertFalse(settings.readOnly());
  }

  @Test
  void everyOptionReachesTheMountAndTheFileSystem() throws Exception {
    MountSettings settings =
        settings(
            "transport=device,channels=0-1:8,slots=4,memory_budget=64m",
            "entry_timeout=200us,attr_timeout=2,negative_timeout=1.5s,direct_io,ro");
    MountOptions mount = settings.toMountOptions(CPUS);
    assertEquals("/src", mount.source());
    assertTrue(mount.readOnly());
    assertEquals(TransportKind.DEVICE, mount.transport());
    assertEquals(List.of(0, 1, 8), mount.cpus());
    assertEquals(4, mount.slots());
    assertEquals(64L << 20, mount.memoryBudget());
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
            MountOptionParser.parse(settings.optionTexts())));
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
    assertFalse(settings("ro,rw").readOnly());
    assertTrue(settings("rw", "read_only=yes").readOnly());
    assertEquals(OptionalInt.of(7), settings("slots=3,slots=7").slots());
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
        assertThrows(InvalidOptionsException.class, () -> settings.toMountOptions(CPUS));
    assertEquals("channels=" + channels + " " + why, e.mistakes().getFirst().what());
  }

  @ParameterizedTest
  @CsvSource({"2, 0 1", "3-3, 3", "8:0-1, 0 1 8", "per-core, ''"})
  void channelsAreACountOrAList(String channels, String cpus) throws Exception {
    String resolved =
        String.join(
            " ",
            settings("channels=" + channels).toMountOptions(CPUS).cpus().stream()
                .map(String::valueOf)
                .toList());
    assertEquals(cpus, resolved);
  }
}
