package io.ringmount.channels.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the text files of {@code /proc} and {@code /sys}.
 *
 * <p>{@link Files#readString} must not be used for them: these files claim a size of 0, so it
 * begins with a read of one byte, and a number under {@code /proc/sys} gives nothing to any read
 * but the first ({@code kernel/sysctl.c}): 1048576 would come out as 1.
 */
public final class KernelFile {
  /** At least a page, so that a value comes whole in the first read. */
  private static final int CHUNK = 8192;

  private KernelFile() {}

  /** The whole text, as it is. */
  public static String read(Path file) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[CHUNK];
      int length;
      while ((length = in.read(chunk)) > 0) {
        text.write(chunk, 0, length);
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /**
   * The number that is all of the text.
   *
   * @throws IOException also when the text is no decimal number
   */
  public static long readNumber(Path file) throws IOException {
    String text = read(file).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("not a number in " + file + ": '" + text + "'", e);
    }
  }
}
