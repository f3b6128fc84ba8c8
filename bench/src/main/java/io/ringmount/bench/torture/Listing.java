package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a directory piece by piece, with the stream held open from step to step, and changes it
 * between two times: every own name must come exactly once.
 */
final class Listing implements Task {
  private static final int NAMES = 40;
  private static final int CHANGES = 3;

  /** Room for a few entries, so that one reading takes many calls. */
  private static final int ROOM = 256;

  private static final int CLOSED = -1;

  private final Calls calls;
  private final TaskPlace place;
  private final Path directory;
  private final boolean alone;
  private final String prefix;
  private final List<String> names = new ArrayList<>();
  private final List<String> seen = new ArrayList<>();
  private long next;
  private int stream = CLOSED;

  private Listing(Calls calls, TaskPlace place, Path directory, boolean alone) {
    this.calls = calls;
    this.place = place;
    this.directory = directory;
    this.alone = alone;
    this.prefix = "name-" + place.writer() + "-";
  }

  /** Of a directory of one's own. */
  static Listing alone(Calls calls, TaskPlace place) throws IOException {
    return filled(new Listing(calls, place, place.directory(), true));
  }

  /** Of the directory where others come and go. */
  static Listing shared(Calls calls, TaskPlace place) throws IOException {
    return filled(new Listing(calls, place, SharedDirectory.names(place.shared()), false));
  }

  private static Listing filled(Listing task) throws IOException {
    for (int i = 0; i < NAMES; i++) {
      task.add();
    }
    return task;
  }

  private void add() throws IOException {
    String name = prefix + next;
    next++;
    calls.close(calls.create(directory.resolve(name), FileFlags.O_WRONLY));
    names.add(name);
  }

  private void remove() throws IOException {
    String name = names.get(place.below(names.size()));
    calls.unlink(directory.resolve(name));
    names.remove(name);
  }

  @Override
  public void step() throws IOException, ViolationException {
    if (stream == CLOSED) {
      for (int i = 0; i < CHANGES; i++) {
        add();
        remove();
      }
      stream = calls.openDirectory(directory);
      return;
    }
    Optional<List<String>> piece = calls.names(stream, directory, ROOM);
    if (piece.isPresent()) {
      seen.addAll(piece.get());
    } else {
      check();
      calls.close(stream);
      stream = CLOSED;
    }
  }

  private void check() throws ViolationException {
    List<String> own = seen.stream().filter(each -> alone || each.startsWith(prefix)).toList();
    seen.clear();
    Set<String> once = new HashSet<>(own);
    Set<String> missing = new HashSet<>(names);
    missing.removeAll(once);
    Set<String> foreign = new HashSet<>(once);
    foreign.removeAll(names);
    ViolationException.unless(
        missing.isEmpty() && foreign.isEmpty() && once.size() == own.size(),
        "%s: missing %s, should not be there %s, %d names more than once",
        directory,
        missing,
        foreign,
        own.size() - once.size());
  }

  @Override
  public void finish() throws IOException, ViolationException {
    while (stream != CLOSED) {
      step();
    }
    stream = calls.openDirectory(directory);
    while (stream != CLOSED) {
      step();
    }
  }
}
