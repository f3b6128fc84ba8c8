package io.ringmount.bench.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks of whole files: what another client has locked cannot be had, and who has the turn is
 * alone. A process loses a lock when it closes any descriptor of the file, so each file is open
 * once.
 */
final class Locks implements Task {
  private static final int STEPS_A_TURN = 8;

  private final Journal journal;
  private final TaskPlace place;
  private FileChannel turns;
  private FileLock turn;
  private int left;

  private Locks(Calls calls, TaskPlace place) {
    this.journal = calls.journal();
    this.place = place;
  }

  static Locks start(Calls calls, TaskPlace place) throws IOException {
    Locks task = new Locks(calls, place);
    task.turns = open(task.journal, SharedDirectory.turns(place.shared()));
    return task;
  }

  /**
   * Locks the file that {@code client} holds as long as it lives.
   *
   * @return the open file; closing it gives the lock up
   */
  static FileChannel hold(Calls calls, Path shared, int client)
      throws IOException, ViolationException {
    Path path = SharedDirectory.heldLock(shared, client);
    FileChannel file = open(calls.journal(), path);
    FileLock lock = calls.journal().io("lock", path, file::tryLock);
    ViolationException.unless(lock != null, "%s is locked by another", path);
    return file;
  }

  private static FileChannel open(Journal journal, Path path) throws IOException {
    return journal.io(
        "open",
        path,
        () -> FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** Closing is a call that the file system answers: it may fail as any other. */
  private void close(Object name, FileChannel file) throws IOException {
    journal.io(
        "close",
        name,
        () -> {
          file.close();
          return null;
        });
  }

  @Override
  public void step() throws IOException, ViolationException {
    if (turn != null) {
      goOn();
    } else if (place.below(2) == 0) {
      tryTurn();
    } else if (place.clients() > 1) {
      tryOther();
    }
  }

  private void tryTurn() throws IOException, ViolationException {
    turn = journal.io("lock", "turns", () -> turns.tryLock());
    if (turn != null) {
      setOwner();
      left = STEPS_A_TURN;
    }
  }

  private void goOn() throws IOException, ViolationException {
    checkOwner();
    if (--left == 0) {
      endTurn();
    }
  }

  private void endTurn() throws IOException {
    FileLock ended = turn;
    turn = null;
    journal.io(
        "unlock",
        "turns",
        () -> {
          ended.release();
          return null;
        });
  }

  private void tryOther() throws IOException, ViolationException {
    int other = (place.client() + 1 + place.below(place.clients() - 1)) % place.clients();
    Path path = SharedDirectory.heldLock(place.shared(), other);
    FileChannel file = open(journal, path);
    FileLock lock;
    try {
      lock = journal.io("lock", path, () -> file.tryLock());
    } finally {
      close(path, file);
    }
    ViolationException.unless(lock == null, "%s: client %d has lost its lock", path, other);
  }

  private long self() {
    return place.writer() + 1L;
  }

  private void setOwner() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(0, self());
    journal.io("write", "turns", () -> turns.write(bytes, 0));
  }

  /** Whoever had the turn as well would have written that it is his. */
  private void checkOwner() throws IOException, ViolationException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    journal.io("read", "turns", () -> turns.read(bytes, 0));
    ViolationException.unless(
        bytes.getLong(0) == self(),
        "it is the turn of %d, the file says %d",
        self(),
        bytes.getLong(0));
  }

  @Override
  public void finish() throws IOException, ViolationException {
    if (turn != null) {
      checkOwner();
      endTurn();
    }
    close("turns", turns);
  }

  @Override
  public void abandon() throws IOException {
    turns.close();
  }
}
