package io.ringmount.channels.wire;

/**
 * {@code struct fuse_uring_req_header}: where the kernel puts a request that it delivers through
 * io_uring, and where it finds the reply. What is neither header nor fixed struct is in the
 * payload.
 *
 * <pre>
 *   0  in_out[128]     struct fuse_in_header; overwritten by struct fuse_out_header
 * 128  op_in[128]      the fixed struct of the opcode, untouched if it has none
 * 256  u64 flags     264  u64 commit_id   272  u32 payload_sz
 * 276  u32 padding   280  u64 reserved
 * </pre>
 */
public final class UringRequestHeader extends Flyweight {
  public static final int SIZE = 288;

  /** Offset of {@link InHeader} and then {@link OutHeader}. */
  public static final int IN_OUT = 0;

  /** Offset of the fixed struct of the request. */
  public static final int OP_IN = 128;

  /** Offset of what {@link #commitId} tells. */
  public static final int COMMIT_ID = 264;

  private static final int PAYLOAD_SIZE = 272;

  /** What COMMIT_AND_FETCH must name; 0 while no request was ever delivered here. */
  public long commitId() {
    return u64(COMMIT_ID);
  }

  public UringRequestHeader commitId(long id) {
    u64(COMMIT_ID, id);
    return this;
  }

  /** Bytes of payload, of the request or, once set, of the reply. */
  public int payloadSize() {
    return u32(PAYLOAD_SIZE);
  }

  public UringRequestHeader payloadSize(int bytes) {
    u32(PAYLOAD_SIZE, bytes);
    return this;
  }
}
