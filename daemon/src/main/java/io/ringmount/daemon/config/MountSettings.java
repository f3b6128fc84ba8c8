package io.ringmount.daemon.config;

import io.ringmount.channels.MountOptions;
import io.ringmount.channels.TransportKind;
import io.ringmount.daemon.fs.MirrorOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Everything that a mount was asked to be, checked.
 *
 * @param source the backend directory, absolute
 * @param mountpoint absolute, without links
 * @param optionTexts the options as they were given: enough to make these settings again
 */
public record MountSettings(
    Path source,
    Path mountpoint,
    TransportKind transport,
    ChannelSet channels,
    OptionalInt slots,
    long memoryBudget,
    Duration entryTimeout,
    Duration attrTimeout,
    Duration negativeTimeout,
    boolean directIo,
    boolean readOnly,
    Map<String, String> optionTexts) {

  public MountSettings {
    optionTexts = Map.copyOf(optionTexts);
  }

  public static MountSettings of(Path source, Path mountpoint, OptionValues values) {
    return new MountSettings(
        source,
        mountpoint,
        values.get(OptionTable.TRANSPORT),
        values.get(OptionTable.CHANNELS),
        values.get(OptionTable.SLOTS),
        values.get(OptionTable.MEMORY_BUDGET),
        values.get(OptionTable.ENTRY_TIMEOUT),
        values.get(OptionTable.ATTR_TIMEOUT),
        values.get(OptionTable.NEGATIVE_TIMEOUT),
        values.get(OptionTable.DIRECT_IO),
        values.get(OptionTable.READ_ONLY),
        values.texts());
  }

  /**
   * For the channels.
   *
   * @param online the CPUs of this machine
   * @throws InvalidOptionsException when this machine lacks CPUs that were named
   */
  public MountOptions toMountOptions(int[] online) throws InvalidOptionsException {
    try {
      return MountOptions.builder(source.toString().replace(',', '_'))
          .readOnly(readOnly)
          .transport(transport)
          .cpus(channels.resolve(online))
          .slots(slots.orElse(0))
          .memoryBudget(memoryBudget)
          .build();
    } catch (InvalidValueException e) {
      String what =
          "channels=" + optionTexts.get(OptionTable.CHANNELS.name()) + " " + e.getMessage();
      throw new InvalidOptionsException(
          List.of(new OptionMistake(what, "use per-core, or CPUs that are online")));
    }
  }

  /**
   * For the file system.
   *
   * @param descriptorBudget how many files the backend may keep open
   */
  public MirrorOptions toMirrorOptions(int descriptorBudget) {
    return new MirrorOptions(
        entryTimeout.toNanos(),
        attrTimeout.toNanos(),
        negativeTimeout.toNanos(),
        directIo,
        descriptorBudget);
  }
}
