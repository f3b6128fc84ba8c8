package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Path;

/** Numbered records, appended: every number must be in the file exactly once, in order. */
final class Appends implements Task {
  private static final int STEPS_A_CHECK = 32;

  /** An own file is begun anew after so many records; a shared one goes on. */
  private static final int MOST_RECORDS = 4096;

  private static final int RECORDS_A_READ = 2048;
  private static final int STEPS_A_REOPENING = 100;

  private final Calls calls;
  private final TaskPlace place;
  private final Path file;
  private final boolean alone;
  private int fd;
  private long written;

  /** Up to here the file was checked, and what is appended cannot change that. */
  private long checkedBytes;

  private long checkedRecords;

  private Appends(Calls calls, TaskPlace place, Path file, boolean alone) {
    this.calls = calls;
    this.place = place;
    this.file = file;
    this.alone = alone;
  }

  /** To a file of one's own. */
  static Appends alone(Calls calls, TaskPlace place) throws IOException {
    Appends task = new Appends(calls, place, place.directory().resolve("appended"), true);
    task.fd = calls.create(task.file, FileFlags.O_RDWR | FileFlags.O_APPEND);
    return task;
  }

  /** To the file to which all clients append. */
  static Appends shared(Calls calls, TaskPlace place) throws IOException {
    Appends task = new Appends(calls, place, SharedDirectory.appended(place.shared()), false);
    task.open();
    return task;
  }

  private void open() throws IOException {
    fd = calls.open(file, FileFlags.O_RDWR | FileFlags.O_APPEND);
  }

  @Override
  public void step() throws IOException, ViolationException {
    calls.write(fd, file, 0, new AppendRecord(place.writer(), written).bytes());
    written++;
    if (written % STEPS_A_CHECK == 0) {
      check();
    }
    if (place.below(STEPS_A_REOPENING) == 0) {
      calls.close(fd);
      open();
    }
    if (alone && written == MOST_RECORDS) {
      beginAnew();
    }
  }

  private void check() throws IOException, ViolationException {
    byte[] bytes;
    do {
      bytes = calls.read(fd, file, checkedBytes, RECORDS_A_READ * AppendRecord.LENGTH);
      ViolationException.unless(
          bytes.length % AppendRecord.LENGTH == 0, "%s has a part of a record", file);
      for (int i = 0; i < bytes.length; i += AppendRecord.LENGTH) {
        checkRecord(AppendRecord.parse(bytes, i), checkedBytes + i);
      }
      checkedBytes += bytes.length;
    } while (bytes.length > 0);
    ViolationException.unless(
        checkedRecords == written,
        "%s: %d records of writer %d instead of %d",
        file,
        checkedRecords,
        place.writer(),
        written);
  }

  private void checkRecord(AppendRecord found, long offset) throws ViolationException {
    boolean own = found.writer() == place.writer();
    ViolationException.unless(own || !alone, "%s has a foreign %s at %d", file, found, offset);
    if (own) {
      ViolationException.unless(
          found.number() == checkedRecords,
          "%s: %s at %d where number %d comes next",
          file,
          found,
          offset,
          checkedRecords);
      checkedRecords++;
    }
  }

  private void beginAnew() throws IOException, ViolationException {
    finish();
    calls.unlink(file);
    fd = calls.create(file, FileFlags.O_RDWR | FileFlags.O_APPEND);
    written = 0;
  }

  /** Reads from the beginning: no earlier record may have changed either. */
  @Override
  public void finish() throws IOException, ViolationException {
    checkedBytes = 0;
    checkedRecords = 0;
    check();
    calls.close(fd);
    checkedBytes = 0;
    checkedRecords = 0;
  }
}
