package io.ringmount.daemon.cache;

/**
 * Which file of the backend a copy is of, as long as the file exists: over renames and restarts.
 *
 * @param device 0 for the backend's own file system, else the number of the one mounted inside it
 * @param inode its number there
 */
public record FileKey(long device, long inode) {
  private static final int FOLDER_MASK = 0xff;

  /** Path of its files in a cache directory, without what says which of them. */
  String path() {
    return "%s/%016x-%x".formatted(folder((int) inode & FOLDER_MASK), inode, device);
  }

  /** Name of one of the {@link CacheDirectory#FOLDERS}. */
  static String folder(int number) {
    return "%02x".formatted(number);
  }

  /**
   * The key of a file's name, without folder and ending.
   *
   * @return null when no key has this name
   */
  static FileKey ofName(String name) {
    int dash = name.indexOf('-');
    try {
      FileKey key =
          new FileKey(
              Long.parseUnsignedLong(name.substring(dash + 1), 16),
              Long.parseUnsignedLong(name.substring(0, Math.max(dash, 0)), 16));
      return key.path().endsWith("/" + name) ? key : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
