package io.ringmount.channels.linux;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One line of {@code /proc/self/mountinfo} (kernel {@code Documentation/filesystems/proc.rst},
 * section 3.5), with its octal escapes decoded.
 *
 * @param id unique among the mounts of the moment
 * @param deviceMajor major number of {@code st_dev} on the mount
 * @param deviceMinor minor number; for FUSE, the number of the connection
 * @param root the directory of the file system that is mounted
 * @param mountPoint relative to the process's root
 * @param options options of this mount, such as {@code rw,relatime}
 * @param fsType type with subtype, such as {@code fuse.ringmount}
 * @param source what was mounted, or {@code none}
 * @param superOptions options of the file system
 */
public record MountEntry(
    int id,
    int deviceMajor,
    int deviceMinor,
    String root,
    String mountPoint,
    String options,
    String fsType,
    String source,
    String superOptions) {

  private static final int FIXED_FIELDS = 6;

  /** Fields after the lone hyphen that ends the optional fields. */
  private static final int TAIL_FIELDS = 3;

  /** Reads one line; empty where the line has another form. */
  static Optional<MountEntry> parse(String line) {
    String[] fields = line.split(" ", -1);
    int hyphen = FIXED_FIELDS;
    while (hyphen < fields.length && !fields[hyphen].equals("-")) {
      hyphen++;
    }
    if (hyphen + TAIL_FIELDS >= fields.length) {
      return Optional.empty();
    }
    String[] device = fields[2].split(":", -1);
    try {
      return Optional.of(
          new MountEntry(
              Integer.parseInt(fields[0]),
              Integer.parseInt(device[0]),
              Integer.parseInt(device[1]),
              unescape(fields[3]),
              unescape(fields[4]),
              unescape(fields[5]),
              unescape(fields[hyphen + 1]),
              unescape(fields[hyphen + 2]),
              unescape(fields[hyphen + 3])));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException otherForm) {
      return Optional.empty();
    }
  }

  /**
   * Decodes {@code \040} and the like, by which the kernel writes space, tab, newline and
   * backslash.
   */
  static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '\\'
          && i + 3 < in.length
          && isOctal(in[i + 1])
          && isOctal(in[i + 2])
          && isOctal(in[i + 3])) {
        out[length++] =
            (byte) ((in[i + 1] - '0') << 6 | (in[i + 2] - '0') << 3 | (in[i + 3] - '0'));
        i += 3;
      } else {
        out[length++] = in[i];
      }
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }

  private static boolean isOctal(byte digit) {
    return digit >= '0' && digit <= '7';
  }
}
