package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Files without a name, held open: they are read and written until they are closed. */
final class DeletedFiles implements Task {
  private static final int KEPT = 3;
  private static final int SIZE = 16 << 10;
  private static final int STEPS_A_FILE = 60;

  private record Deleted(Path path, int fd, byte[] content) {}

  private final Calls calls;
  private final TaskPlace place;
  private final List<Deleted> files = new ArrayList<>();
  private long next;

  private DeletedFiles(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.place = place;
  }

  static DeletedFiles start(Calls calls, TaskPlace place) throws IOException, ViolationException {
    DeletedFiles task = new DeletedFiles(calls, place);
    for (int i = 0; i < KEPT; i++) {
      task.add();
    }
    return task;
  }

  private void add() throws IOException, ViolationException {
    Path path = place.directory().resolve("deleted-" + next);
    byte[] content = Content.of(next, 0, SIZE);
    next++;
    int fd = calls.create(path, FileFlags.O_RDWR);
    calls.write(fd, path, 0, content);
    calls.unlink(path);
    ViolationException.unless(!calls.exists(path), "%s is still there", path);
    files.add(new Deleted(path, fd, content));
  }

  @Override
  public void step() throws IOException, ViolationException {
    Deleted file = files.get(place.below(files.size()));
    if (place.below(STEPS_A_FILE) == 0) {
      check(file);
      calls.close(file.fd());
      files.remove(file);
      add();
    } else if (place.below(2) == 0) {
      check(file);
    } else {
      change(file);
    }
  }

  private void change(Deleted file) throws IOException, ViolationException {
    int offset = place.below(SIZE);
    byte[] change = new byte[1 + place.below(SIZE - offset)];
    Arrays.fill(change, (byte) place.below(256));
    calls.write(file.fd(), file.path(), offset, change);
    System.arraycopy(change, 0, file.content(), offset, change.length);
  }

  private void check(Deleted file) throws IOException, ViolationException {
    Attributes found = calls.attributes(file.fd(), file.path());
    ViolationException.unless(
        found.links() == 0 && found.size() == SIZE,
        "deleted %s: %s instead of no links, size %d",
        file.path(),
        found,
        SIZE);
    Content.check(
        "deleted " + file.path(),
        0,
        file.content(),
        calls.read(file.fd(), file.path(), 0, SIZE + 1));
  }

  @Override
  public void finish() throws IOException, ViolationException {
    for (Deleted file : files) {
      check(file);
      calls.close(file.fd());
    }
  }
}
