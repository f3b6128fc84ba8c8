package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;

/** Names of one file and symbolic links, made and removed: the file counts its names. */
final class Links implements Task {
  private static final int KEPT = 4;

  private final Calls calls;
  private final Path directory;
  private final Path file;
  private long inode;
  private long first;
  private long next;

  private Links(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.directory = place.directory();
    this.file = directory.resolve("file");
  }

  static Links start(Calls calls, TaskPlace place) throws IOException {
    Links task = new Links(calls, place);
    calls.close(calls.create(task.file, FileFlags.O_WRONLY));
    task.inode = calls.attributes(task.file).inode();
    return task;
  }

  @Override
  public void step() throws IOException, ViolationException {
    calls.link(file, hard(next));
    calls.symlink(target(next), symbolic(next));
    next++;
    check(next - 1);
    if (next - first > KEPT) {
      check(first);
      calls.unlink(hard(first));
      calls.unlink(symbolic(first));
      first++;
      checkCount(file);
    }
  }

  private Path hard(long number) {
    return directory.resolve("hard-" + number);
  }

  private Path symbolic(long number) {
    return directory.resolve("symbolic-" + number);
  }

  private static Path target(long number) {
    return Path.of("../some where/ünter/" + number);
  }

  private void check(long number) throws IOException, ViolationException {
    checkCount(hard(number));
    Path link = symbolic(number);
    Attributes found = calls.attributes(link);
    ViolationException.unless(found.type() == FileFlags.S_IFLNK, "%s is no link: %s", link, found);
    String says = calls.readlink(link);
    ViolationException.unless(
        says.equals(target(number).toString()), "%s says %s, not %s", link, says, target(number));
  }

  private void checkCount(Path name) throws IOException, ViolationException {
    Attributes found = calls.attributes(name);
    ViolationException.unless(
        found.inode() == inode && found.links() == next - first + 1,
        "%s: %s instead of inode %d, %d links",
        name,
        found,
        inode,
        next - first + 1);
  }

  @Override
  public void finish() throws IOException, ViolationException {
    checkCount(file);
    for (long number = first; number < next; number++) {
      check(number);
    }
  }
}
