package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A file that moves on between two directories, to a new name each time. */
final class Renames implements Task {
  private static final int SIZE = 1000;

  private final Calls calls;
  private final List<Path> directories;
  private long inode;
  private long number;

  private Renames(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.directories =
        List.of(place.directory().resolve("here"), place.directory().resolve("there"));
  }

  static Renames start(Calls calls, TaskPlace place) throws IOException, ViolationException {
    Renames task = new Renames(calls, place);
    for (Path each : task.directories) {
      calls.mkdir(each);
    }
    Path file = task.name(0);
    int fd = calls.create(file, FileFlags.O_WRONLY);
    calls.write(fd, file, 0, Content.of(SIZE, 0, SIZE));
    task.inode = calls.attributes(fd, file).inode();
    calls.close(fd);
    return task;
  }

  private Path name(long version) {
    return directories.get((int) (version / 2 % directories.size())).resolve("moved-" + version);
  }

  @Override
  public void step() throws IOException, ViolationException {
    Path from = name(number);
    calls.rename(from, name(number + 1));
    number++;
    ViolationException.unless(!calls.exists(from), "%s is still there after its rename", from);
    check();
  }

  private void check() throws IOException, ViolationException {
    Path file = name(number);
    int fd = calls.open(file, FileFlags.O_RDONLY);
    Attributes found = calls.attributes(fd, file);
    ViolationException.unless(
        found.inode() == inode && found.links() == 1,
        "%s: %s instead of inode %d, one link",
        file,
        found,
        inode);
    Content.check("moved " + file, 0, Content.of(SIZE, 0, SIZE), calls.read(fd, file, 0, SIZE + 1));
    calls.close(fd);
  }

  @Override
  public void finish() throws IOException, ViolationException {
    check();
  }
}
