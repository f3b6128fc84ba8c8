package io.ringmount.daemon.control;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Mount points as file names, as {@code systemd-escape --path} has them. */
public final class MountName {
  /** Leaves room for the rest of a socket's path, which the kernel limits to 107 bytes. */
  static final int LONGEST = 48;

  private static final int HASH_BYTES = 8;

  private MountName() {}

  /**
   * {@code /mnt/my disk} as {@code mnt-my\x20disk}: ASCII, no slash, not hidden, different for
   * different paths. Long names end in a hash.
   *
   * @param mountpoint absolute
   */
  public static String escape(String mountpoint) {
    String name = escapeFully(mountpoint);
    if (name.length() <= LONGEST) {
      return name;
    }
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    String hash = HexFormat.of().formatHex(sha256(bytes), 0, HASH_BYTES);
    // A tilde is always escaped, so no short name looks like this.
    return name.substring(0, LONGEST - hash.length() - 1) + "~" + hash;
  }

  /** As {@link #escape}, however long. */
  public static String escapeFully(String mountpoint) {
    String path = mountpoint.replaceAll("/+", "/").replaceAll("^/|/$", "");
    if (path.isEmpty()) {
      return "-";
    }
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      int each = bytes[i] & 0xff;
      if (each == '/') {
        name.append('-');
      } else if (isPlain(each) && !(i == 0 && each == '.')) {
        name.append((char) each);
      } else {
        name.append("\\x").append(HexFormat.of().toHexDigits((byte) each));
      }
    }
    return name.toString();
  }

  private static boolean isPlain(int each) {
    return (each >= 'a' && each <= 'z')
        || (each >= 'A' && each <= 'Z')
        || (each >= '0' && each <= '9')
        || each == ':'
        || each == '_'
        || each == '.';
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java has SHA-256", impossible);
    }
  }
}
