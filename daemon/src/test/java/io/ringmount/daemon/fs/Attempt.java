package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A request with a journal of its own, which a successor may find unanswered. */
final class Attempt implements Request {
  private final MemorySegment memory = Arena.ofAuto().allocate(JOURNAL_SIZE, 64);
  private final int uid;
  private boolean resumed;

  Attempt() {
    this(0);
  }

  Attempt(int uid) {
    this.uid = uid;
  }

  /** The same request, found by a successor. */
  Attempt resumed() {
    resumed = true;
    return this;
  }

  /** As if the process had ended right after it acted. */
  Attempt withoutOutcome() {
    Memory.putLong(journal() + JournalLayout.OUTCOME, Journal.UNKNOWN);
    return this;
  }

  /** Its journal, as a process wrote it that ended before it answered. */
  Journal written() {
    resumed = false;
    return new Journal().of(this);
  }

  @Override
  public long unique() {
    return 4;
  }

  @Override
  public int opcode() {
    return 0;
  }

  @Override
  public int uid() {
    return uid;
  }

  @Override
  public int gid() {
    return uid;
  }

  @Override
  public int pid() {
    return 4711;
  }

  @Override
  public int umask() {
    return 0;
  }

  @Override
  public void onInterrupt(Runnable action) {}

  @Override
  public boolean isGivenUp() {
    return false;
  }

  @Override
  public long journal() {
    return memory.address();
  }

  @Override
  public boolean isResumed() {
    return resumed;
  }
}
