package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Permissions, times and size of a file, set again and again; the size by name and when open. */
final class AttributeChanges implements Task {
  private static final int LARGEST = 20_000;
  private static final int OWNER_MAY = 0600;
  private static final int NANOS_A_SECOND = 1_000_000_000;

  private final Calls calls;
  private final TaskPlace place;
  private final Path file;
  private int fd;
  private int permissions;
  private byte[] content = Content.of(1, 0, LARGEST / 2);

  private AttributeChanges(Calls calls, TaskPlace place) {
    this.calls = calls;
    this.place = place;
    this.file = place.directory().resolve("changed");
  }

  static AttributeChanges start(Calls calls, TaskPlace place)
      throws IOException, ViolationException {
    AttributeChanges task = new AttributeChanges(calls, place);
    task.fd = calls.create(task.file, FileFlags.O_RDWR);
    calls.write(task.fd, task.file, 0, task.content);
    task.changePermissions();
    return task;
  }

  @Override
  public void step() throws IOException, ViolationException {
    switch (place.below(4)) {
      case 0 -> changePermissions();
      case 1 -> changeTimes();
      case 2 -> changeSize();
      default -> write();
    }
    checkAttributes(calls.attributes(file));
  }

  private void changePermissions() throws IOException {
    permissions = OWNER_MAY | place.below(OWNER_MAY);
    calls.chmod(file, permissions);
  }

  private void changeTimes() throws IOException, ViolationException {
    long seconds = 1L + place.below(Integer.MAX_VALUE - 1);
    int nanos = place.below(NANOS_A_SECOND);
    calls.setTimes(file, seconds, nanos);
    Attributes found = calls.attributes(fd, file);
    ViolationException.unless(
        found.modifiedSeconds() == seconds && found.modifiedNanos() == nanos,
        "%s: %s instead of modified at %d.%09d",
        file,
        found,
        seconds,
        nanos);
  }

  private void changeSize() throws IOException, ViolationException {
    int size = place.below(LARGEST);
    if (place.below(2) == 0) {
      calls.truncate(file, size);
    } else {
      calls.truncate(fd, file, size);
    }
    content = Arrays.copyOf(content, size);
    checkContent();
  }

  private void write() throws IOException, ViolationException {
    int offset = place.below(content.length + 1);
    byte[] bytes = Content.of(place.random().nextLong(), 0, 1 + place.below(LARGEST - offset));
    calls.write(fd, file, offset, bytes);
    content = Arrays.copyOf(content, Math.max(content.length, offset + bytes.length));
    System.arraycopy(bytes, 0, content, offset, bytes.length);
  }

  private void checkAttributes(Attributes found) throws ViolationException {
    ViolationException.unless(
        found.permissions() == permissions && found.size() == content.length,
        "%s: %s instead of permissions %d, size %d",
        file,
        found,
        permissions,
        content.length);
  }

  private void checkContent() throws IOException, ViolationException {
    Content.check("changed " + file, 0, content, calls.read(fd, file, 0, LARGEST + 1));
  }

  @Override
  public void finish() throws IOException, ViolationException {
    checkAttributes(calls.attributes(file));
    checkContent();
    calls.close(fd);
  }
}
