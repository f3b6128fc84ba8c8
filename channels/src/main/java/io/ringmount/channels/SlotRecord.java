package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;

/**
 * What the memory of a slot says about the request in it, for whichever process must go on with it:
 * how far it has come, its number, and the reply once there is one. {@link SlotState} says whose
 * the record is.
 */
final class SlotRecord {
  private final long address;
  private final int payloadSize;

  /**
   * @param address of the slot
   */
  SlotRecord(long address, int payloadSize) {
    this.address = address;
    this.payloadSize = payloadSize;
  }

  /** Any thread; of {@link SlotState}. */
  int state() {
    return Memory.getIntAcquire(address + SlotLayout.STATE);
  }

  void state(int state) {
    Memory.putIntRelease(address + SlotLayout.STATE, state);
  }

  boolean advance(int from, int to) {
    return Memory.compareAndSetInt(address + SlotLayout.STATE, from, to);
  }

  /** The queue that the maker of the region took the slot for. */
  int queue() {
    return Memory.getInt(address + SlotLayout.QUEUE);
  }

  void queue(int number) {
    Memory.putInt(address + SlotLayout.QUEUE, number);
  }

  /** Number of the request that was taken up last, by whichever process. */
  long taken() {
    return Memory.getLong(address + SlotLayout.TAKEN);
  }

  /** Says that a request was taken up and nobody has begun with it; its journal is empty. */
  void received(long number) {
    Memory.putLong(address + SlotLayout.JOURNAL, 0);
    // In this order: a successor never takes the request for one that was answered.
    state(SlotState.RECEIVED);
    Memory.putLongRelease(address + SlotLayout.TAKEN, number);
  }

  /**
   * Records the outcome: from here on nobody need carry the request out again.
   *
   * @param error 0 or {@code -errno}
   * @param bytes of the reply
   * @param place where they are, of {@link ReplyPlace}
   */
  void executed(int error, int bytes, int place) {
    Memory.putInt(address + SlotLayout.ERROR, error);
    Memory.putInt(address + SlotLayout.SIZE, bytes);
    Memory.putInt(address + SlotLayout.PLACE, place);
    state(SlotState.EXECUTED);
  }

  /** 0 or {@code -errno}, once there is an outcome. */
  int error() {
    return Memory.getInt(address + SlotLayout.ERROR);
  }

  /**
   * Moves the recorded reply to where it is sent from. The names of the request are gone then, and
   * the reply remains where it was: this can be repeated.
   *
   * @return how many bytes it has
   */
  int placeReply() {
    int place = Memory.getInt(address + SlotLayout.PLACE);
    long from = address + ReplyPlace.offset(place, payloadSize);
    int bytes =
        Math.clamp(
            Memory.getInt(address + SlotLayout.SIZE), 0, ReplyPlace.room(place, payloadSize));
    if (place != ReplyPlace.PAYLOAD) {
      Memory.copy(from, address + SlotLayout.PAYLOAD, bytes);
    }
    return bytes;
  }
}
