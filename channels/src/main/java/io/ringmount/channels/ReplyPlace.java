package io.ringmount.channels;

/** Where in its slot a reply lies once it is made. What is not in its place is moved there. */
final class ReplyPlace {
  /** At the beginning of the payload, where it is sent from. */
  static final int PAYLOAD = 0;

  /** In the staging area. */
  static final int STAGED = 1;

  /**
   * In the second half of the payload, because the first still holds the names of the request: data
   * of an answer to a request that has a name.
   */
  static final int APART = 2;

  private ReplyPlace() {}

  /**
   * Where a place is in a slot.
   *
   * @param payload bytes of the slot's payload
   */
  static int offset(int place, int payload) {
    return switch (place) {
      case STAGED -> SlotLayout.STAGED;
      case APART -> SlotLayout.PAYLOAD + payload / 2;
      default -> SlotLayout.PAYLOAD;
    };
  }

  /** How many bytes a place has. */
  static int room(int place, int payload) {
    return switch (place) {
      case STAGED -> SlotLayout.STAGED_SIZE;
      case APART -> payload / 2;
      default -> payload;
    };
  }
}
