package io.ringmount.channels;

/**
 * Layout of the memory that the slots of a mount live in. Processes share it, so it holds records
 * and no objects; all numbers are in the machine's byte order.
 *
 * <pre>
 *  region: page 0           u64 magic, u32 version, u32 slots, u64 payload bytes of a slot,
 *                           u64 address of the region in every process
 *          page 1 + k       slot k, {@code PAGE + payload} bytes apart
 *
 *  slot:   0    struct fuse_uring_req_header: what the kernel fills and reads (288 bytes)
 *          512  u32 state ({@link SlotState}), u64 number of the request taken up,
 *               s32 error of the reply, u32 bytes of the reply, u32 where those are
 *               ({@link ReplyPlace}), s32 queue of the kernel, negative for none
 *          576  journal of the request (128 bytes, {@link Request#journal})
 *          1024 staged reply: structs of a reply until it is given (256 bytes)
 *          1280 struct iovec of a transfer, or two of a registration
 *          4016 struct fuse_in_header and up to 40 bytes of arguments, when read from a device
 *          4096 payload: names or data of the request, then data of the reply; page aligned
 * </pre>
 *
 * <p>The 80 bytes before the payload are the headers of a WRITE as {@code /dev/fuse} delivers it,
 * so that its data lands page aligned; any other request simply begins there.
 */
final class SlotLayout {
  static final int PAGE = 4096;

  static final long MAGIC = 0x544f4c53_474e4952L; // "RINGSLOT"
  static final int VERSION = 2;
  static final int REGION_MAGIC = 0;
  static final int REGION_VERSION = 8;
  static final int REGION_SLOTS = 12;
  static final int REGION_PAYLOAD = 16;
  static final int REGION_ADDRESS = 24;

  static final int STATE = 512;
  static final int TAKEN = 520;
  static final int ERROR = 528;
  static final int SIZE = 532;
  static final int PLACE = 536;
  static final int QUEUE = 540;
  static final int JOURNAL = 576;
  static final int STAGED = 1024;
  static final int STAGED_SIZE = 256;
  static final int VECTOR = STAGED + STAGED_SIZE;
  static final int DEVICE_HEADER_SIZE = 80;
  static final int DEVICE_HEADER = PAGE - DEVICE_HEADER_SIZE;
  static final int PAYLOAD = PAGE;

  private SlotLayout() {}

  static long slotSize(int payload) {
    return PAGE + (long) payload;
  }
}
