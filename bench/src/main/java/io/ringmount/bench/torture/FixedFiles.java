package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files that never change: attributes, whole and partial reads, newly opened and held open. */
final class FixedFiles implements Task {
  private static final int[] SIZES = {0, 1, 4096, 100_001, 300_000};
  private static final int LARGEST_READ = 128 << 10;

  private record Fixed(Path path, long seed, int size, long inode, int held) {}

  private final Calls calls;
  private final TaskPlace place;
  private final List<Fixed> files = new ArrayList<>();

  private FixedFiles(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.place = place;
  }

  static FixedFiles start(Calls calls, TaskPlace place) throws IOException, ViolationException {
    FixedFiles task = new FixedFiles(calls, place);
    for (int size : SIZES) {
      task.make(size);
    }
    return task;
  }

  private void make(int size) throws IOException, ViolationException {
    Path path = place.directory().resolve("fixed-" + size);
    long seed = place.random().nextLong();
    int fd = calls.create(path, FileFlags.O_WRONLY);
    if (size > 0) {
      calls.write(fd, path, 0, Content.of(seed, 0, size));
    }
    calls.close(fd);
    int held = calls.open(path, FileFlags.O_RDONLY);
    files.add(new Fixed(path, seed, size, calls.attributes(path).inode(), held));
  }

  @Override
  public void step() throws IOException, ViolationException {
    Fixed file = files.get(place.below(files.size()));
    switch (place.below(3)) {
      case 0 -> checkAttributes(file);
      case 1 -> checkPart(file, file.held());
      default -> checkWhole(file);
    }
  }

  private void checkAttributes(Fixed file) throws IOException, ViolationException {
    Attributes found = calls.attributes(file.path());
    ViolationException.unless(
        found.size() == file.size()
            && found.inode() == file.inode()
            && found.links() == 1
            && found.type() == FileFlags.S_IFREG,
        "%s: %s instead of size %d, inode %d, one link",
        file.path(),
        found,
        file.size(),
        file.inode());
  }

  private void checkPart(Fixed file, int fd) throws IOException, ViolationException {
    int offset = place.below(file.size() + 1);
    int length = 1 + place.below(LARGEST_READ);
    checkRead(file, fd, offset, length);
  }

  private void checkWhole(Fixed file) throws IOException, ViolationException {
    int fd = calls.open(file.path(), FileFlags.O_RDONLY);
    checkRead(file, fd, 0, file.size() + 1);
    calls.close(fd);
  }

  private void checkRead(Fixed file, int fd, int offset, int length)
      throws IOException, ViolationException {
    byte[] expected = Content.of(file.seed(), offset, Math.min(length, file.size() - offset));
    Content.check(
        "read " + file.path(), offset, expected, calls.read(fd, file.path(), offset, length));
  }

  @Override
  public void finish() throws IOException, ViolationException {
    for (Fixed file : files) {
      checkAttributes(file);
      checkWhole(file);
      calls.close(file.held());
    }
  }
}
