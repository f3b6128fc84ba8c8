package io.ringmount.bench.torture;

import java.io.IOException;
import java.util.List;

/** What is done to a mount's processes, one event after the other. */
public interface Schedule {
  /** As the report has it. */
  String title();

  /** What it needs of the mount's processes, as flags of Java. */
  default List<String> javaFlags() {
    return List.of();
  }

  /**
   * What an event replaces, if all goes well.
   *
   * @param number of the event, from 0
   */
  Replacement replacement(int number);

  /**
   * Does it and returns when the mount is served again.
   *
   * @param number of the event, from 0
   * @throws ViolationException when it is not, or not as it must be
   */
  Event next(int number, TortureMount mount)
      throws IOException, InterruptedException, ViolationException;
}
