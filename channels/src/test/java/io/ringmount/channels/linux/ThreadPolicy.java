package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.file.Path;

/** The scheduling policy of threads, as the kernel tells it. */
public final class ThreadPolicy {
  public static final int NORMAL = 0;
  public static final int IDLE = 5;

  /** Of proc(5) stat, counted from 1. */
  private static final int FIELD = 41;

  private ThreadPolicy() {}

  /**
   * @param task a directory below {@code /proc/self/task}, or {@code /proc/thread-self}
   */
  public static int of(Path task) throws IOException {
    String stat = KernelFile.read(task.resolve("stat"));
    // The second field, the name, may have blanks.
    String[] fromThird = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Integer.parseInt(fromThird[FIELD - 3]);
  }

  public static int ofCurrentThread() throws IOException {
    return of(Path.of("/proc/thread-self"));
  }
}
