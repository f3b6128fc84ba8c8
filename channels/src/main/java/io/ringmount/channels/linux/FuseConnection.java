package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The control files of one FUSE connection ({@code fs/fuse/control.c}), which exist where the file
 * system {@code fusectl} is mounted at {@code /sys/fs/fuse/connections}. Any thread may call; none
 * of the calls goes through the mount, so they work when its daemon is gone.
 */
public final class FuseConnection {
  /** Where {@code fusectl} is mounted by custom. */
  public static final Path CONTROL = Path.of("/sys/fs/fuse/connections");

  private final Path directory;

  /**
   * Names a connection, which may or may not exist.
   *
   * @param minor minor number of {@code st_dev} on the mount: {@link MountEntry#deviceMinor},
   *     {@link Statx#deviceMinor}
   */
  public FuseConnection(int minor) {
    this(CONTROL, minor);
  }

  FuseConnection(Path control, int minor) {
    directory = control.resolve(Integer.toString(minor));
  }

  /** Whether the connection exists and its control files can be seen. */
  public boolean available() {
    return Files.isDirectory(directory);
  }

  /**
   * Number of requests in the kernel or with the daemon, unanswered.
   *
   * @throws IOException when not {@link #available}
   */
  public int waiting() throws IOException {
    return (int) KernelFile.readNumber(directory.resolve("waiting"));
  }

  /**
   * Ends the connection for good: every waiting caller gets {@code ECONNABORTED}, every later one
   * {@code ENOTCONN}, until the mount is undone.
   *
   * @throws IOException when not {@link #available}, or not permitted
   */
  public void abort() throws IOException {
    Files.write(directory.resolve("abort"), new byte[] {'1'}, StandardOpenOption.WRITE);
  }
}
