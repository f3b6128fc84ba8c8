package io.ringmount.daemon.cli;

import io.ringmount.daemon.config.MountOptionParser;
import io.ringmount.daemon.config.Option;
import io.ringmount.daemon.config.OptionMistake;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.config.RequestedSettings;
import io.ringmount.daemon.config.TuningFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a command line and its tuning file ask for together; every mistake of both is reported at
 * once. What the command line says counts before what the file says.
 *
 * @param backend the directory to serve
 * @param mountpoint where to mount it
 * @param settings everything else
 */
record MountOrder(Path backend, Path mountpoint, RequestedSettings settings) {
  /** The order goes on to the daemon in a message, which must not be endless either. */
  static final int LONGEST_FILE = 256 << 10;

  private static final int FIRST_LINE = 1;

  /**
   * Reads the order.
   *
   * @param backend null when only the file says
   * @param mountpoint null when only the file says
   * @param options the text of each {@code -o}
   * @param file null when there is none
   * @param usable the CPUs of this machine that this process may run on, ascending
   */
  static MountOrder read(
      Path backend, Path mountpoint, List<String> options, Path file, int[] usable)
      throws CommandFailure {
    List<OptionMistake> mistakes = new ArrayList<>();
    RequestedSettings fromFile =
        file == null ? RequestedSettings.NONE : TuningFile.parse(readText(file), mistakes);
    RequestedSettings fromLine = RequestedSettings.of(MountOptionParser.parse(options, mistakes));
    RequestedSettings settings = fromLine.over(fromFile);
    mistakes.addAll(settings.check(usable));
    Optional<Path> source =
        fromLine.backend().or(() -> Optional.ofNullable(backend)).or(fromFile::backend);
    Optional<Path> target = Optional.ofNullable(mountpoint).or(fromFile::mountpoint);
    if (mistakes.isEmpty()) {
      // Otherwise it may be there, and among the mistakes.
      require(source, OptionTable.NFS_BACKEND, mistakes);
      require(target, OptionTable.MOUNTPOINT, mistakes);
    }
    if (!mistakes.isEmpty()) {
      throw wrong(mistakes, file);
    }
    return new MountOrder(source.orElseThrow(), target.orElseThrow(), settings);
  }

  private static void require(
      Optional<Path> directory, Option<?> option, List<OptionMistake> mistakes) {
    if (directory.isEmpty()) {
      String label = "[" + option.section().label() + "]";
      mistakes.add(
          new OptionMistake(
              FIRST_LINE,
              label + " does not say the " + option.key(),
              "add " + option.key() + " = \"/...\" to it, or name BACKEND and MOUNTPOINT"));
    }
  }

  /**
   * What to say of mistakes: those of the file in the order of its lines, then the others.
   *
   * @param file where mistakes with a line are
   */
  static CommandFailure wrong(List<OptionMistake> mistakes, Path file) {
    return CommandFailure.usage(
        mistakes.stream()
            .sorted((one, other) -> {
              boolean bothInFile = isInFile(one) && isInFile(other);
              return bothInFile
                  ? Integer.compare(one.line(), other.line())
                  : Boolean.compare(isInFile(other), isInFile(one));
            })
            .map(each -> describe(each, file))
            .toList());
  }

  private static boolean isInFile(OptionMistake mistake) {
    return mistake.line() != OptionMistake.NO_LINE;
  }

  private static String describe(OptionMistake mistake, Path file) {
    return isInFile(mistake)
        ? CommandFailure.line(
            file + ":" + mistake.line() + ": " + mistake.what(), "", mistake.remedy())
        : CommandFailure.line(mistake.what(), "in -o", mistake.remedy());
  }

  private static String readText(Path file) throws CommandFailure {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST_FILE + 1);
      if (bytes.length > LONGEST_FILE) {
        throw new CommandFailure(
            "the tuning file is longer than " + (LONGEST_FILE >> 10) + " KiB",
            file.toString(),
            "is it the right file?");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CommandFailure(
          "the tuning file is not UTF-8 text", file.toString(), "is it the right file?");
    } catch (IOException e) {
      throw new CommandFailure("cannot read the tuning file", file.toString(), e);
    }
  }
}
