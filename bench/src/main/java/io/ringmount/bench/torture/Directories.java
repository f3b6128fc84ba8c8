package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;

/** Directories made and removed, each with one inside; a few are there at any time. */
final class Directories implements Task {
  private static final int KEPT = 4;

  private final Calls calls;
  private final Path parent;
  private long first;
  private long next;

  private Directories(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.parent = place.directory();
  }

  static Directories start(Calls calls, TaskPlace place) {
    return new Directories(calls, place);
  }

  @Override
  public void step() throws IOException, ViolationException {
    Path made = outer(next);
    calls.mkdir(made);
    calls.mkdir(inner(made));
    next++;
    check(made);
    if (next - first > KEPT) {
      Path oldest = outer(first);
      check(oldest);
      calls.rmdir(inner(oldest));
      calls.rmdir(oldest);
      first++;
      ViolationException.unless(!calls.exists(oldest), "%s is still there", oldest);
    }
  }

  private Path outer(long number) {
    return parent.resolve("directory-" + number);
  }

  private static Path inner(Path outer) {
    return outer.resolve("inner");
  }

  private void check(Path outer) throws IOException, ViolationException {
    for (Path each : new Path[] {outer, inner(outer)}) {
      Attributes found = calls.attributes(each);
      ViolationException.unless(
          found.type() == FileFlags.S_IFDIR, "%s is no directory: %s", each, found);
    }
  }

  @Override
  public void finish() throws IOException, ViolationException {
    for (long number = first; number < next; number++) {
      check(outer(number));
    }
  }
}
