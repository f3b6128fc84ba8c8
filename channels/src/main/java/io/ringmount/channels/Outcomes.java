package io.ringmount.channels;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far an earlier process had come with the requests that it read from the device. The kernel
 * delivers them again; those that were carried out must not be a second time.
 */
public final class Outcomes {
  /** Nothing is known of any request. */
  public static final Outcomes NONE = new Outcomes();

  private final Map<Long, Outcome> byNumber = new ConcurrentHashMap<>();
  private boolean unanswered;

  /**
   * What is known of one request.
   *
   * @param known whether it was carried out; else it may have been
   * @param error 0 or {@code -errno}
   * @param reply without its header
   * @param journal see {@link Request#journal}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Outcome(boolean known, int error, byte[] reply, byte[] journal) {}

  /** What all earlier processes left. */
  public static Outcomes of(Inheritance inheritance) throws IOException {
    Outcomes outcomes = new Outcomes();
    for (int fd : inheritance.deviceSlots().values()) {
      outcomes.add(fd);
    }
    return outcomes;
  }

  /**
   * Whether a process that read the device has requests that it may not have answered.
   *
   * @param fd of its slots; stays the caller's
   */
  public static boolean anyUnanswered(int fd) {
    Outcomes outcomes = new Outcomes();
    try {
      outcomes.add(fd);
      return outcomes.unanswered;
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * Adds what the slots of a process say.
   *
   * @param fd of their region; stays the caller's
   * @throws IOException when it is no region of this version
   */
  private void add(int fd) throws IOException {
    SharedMemory memory =
        SharedMemory.adopt((int) LinuxException.check(FileOps.dup(fd), "dup", "the slots"));
    try (memory;
        Arena arena = Arena.ofConfined()) {
      long page = arena.allocate(SlotLayout.PAGE, Long.BYTES).address();
      read(memory, page, SlotLayout.PAGE, 0);
      SlotRegion.checkVersion(page);
      int slots = Memory.getInt(page + SlotLayout.REGION_SLOTS);
      int payload = (int) Memory.getLong(page + SlotLayout.REGION_PAYLOAD);
      if (slots < 0 || payload <= 0 || memory.length() != SlotRegion.bytes(slots, payload)) {
        throw new IOException("the description of the slots contradicts itself");
      }
      long reply = arena.allocate(payload).address();
      for (int i = 0; i < slots; i++) {
        long offset = SlotLayout.PAGE + i * SlotLayout.slotSize(payload);
        read(memory, page, SlotLayout.PAGE, offset);
        add(memory, page, offset, reply, payload);
      }
    }
  }

  private void add(SharedMemory memory, long page, long offset, long reply, int payload)
      throws IOException {
    int state = Memory.getInt(page + SlotLayout.STATE);
    long number = Memory.getLong(page + SlotLayout.TAKEN);
    unanswered |= state != SlotState.OFFERED;
    boolean begun = state == SlotState.EXECUTING || state == SlotState.REPLYING;
    boolean done = state == SlotState.EXECUTED || state == SlotState.READY;
    if (number == 0 || !(begun || done)) {
      return;
    }
    byte[] journal = new byte[Request.JOURNAL_SIZE];
    Memory.copy(page + SlotLayout.JOURNAL, journal, 0, journal.length);
    if (begun) {
      byNumber.put(number, new Outcome(false, 0, new byte[0], journal));
      return;
    }
    int place = Memory.getInt(page + SlotLayout.PLACE);
    int room = ReplyPlace.room(place, payload);
    byte[] bytes = new byte[Math.clamp(Memory.getInt(page + SlotLayout.SIZE), 0, room)];
    read(memory, reply, bytes.length, offset + ReplyPlace.offset(place, payload));
    Memory.copy(reply, bytes, 0, bytes.length);
    byNumber.put(number, new Outcome(true, Memory.getInt(page + SlotLayout.ERROR), bytes, journal));
  }

  private static void read(SharedMemory memory, long to, int size, long offset)
      throws LinuxException {
    LinuxException.check(FileOps.pread(memory.fd(), to, size, offset), "pread", "the slots");
  }

  /** Takes what is known of a request out; null when nothing is. Any thread. */
  Outcome take(long number) {
    return byNumber.isEmpty() ? null : byNumber.remove(number);
  }
}
