package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;

/** A file that is replaced whole: written beside, synced, renamed over the one before. */
final class Publication implements Task {
  private static final int LARGEST = 48 << 10;

  /** Syncing waits for the storage; the rest of the load shall not wait as often. */
  private static final int VERSIONS_A_SYNC = 8;

  private final Calls calls;
  private final TaskPlace place;
  private final Path published;
  private long version;
  private int size;

  private Publication(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.place = place;
    this.published = place.directory().resolve("published");
  }

  static Publication start(Calls calls, TaskPlace place) throws IOException, ViolationException {
    Publication task = new Publication(calls, place);
    task.step();
    return task;
  }

  @Override
  public void step() throws IOException, ViolationException {
    long next = version + 1;
    int nextSize = 1 + place.below(LARGEST);
    Path fresh = place.directory().resolve("version-" + next);
    int fd = calls.create(fresh, FileFlags.O_WRONLY);
    calls.write(fd, fresh, 0, Content.of(next, 0, nextSize));
    if (next % VERSIONS_A_SYNC == 0) {
      calls.fsync(fd, fresh);
    }
    calls.close(fd);
    calls.rename(fresh, published);
    version = next;
    size = nextSize;
    ViolationException.unless(!calls.exists(fresh), "%s is still there after its rename", fresh);
    check();
  }

  private void check() throws IOException, ViolationException {
    int fd = calls.open(published, FileFlags.O_RDONLY);
    Content.check(
        "version %d of %s".formatted(version, published),
        0,
        Content.of(version, 0, size),
        calls.read(fd, published, 0, Calls.LARGEST));
    calls.close(fd);
  }

  @Override
  public void finish() throws IOException, ViolationException {
    check();
  }
}
