package io.ringmount.channels.wire;

/**
 * {@code struct fuse_init_out}, which settles what the connection uses.
 *
 * <pre>
 *   0  u32 major            4  u32 minor                  8  u32 max_readahead
 *  12  u32 flags           16  u16 max_background        18  u16 congestion_threshold
 *  20  u32 max_write       24  u32 time_gran             28  u16 max_pages
 *  30  u16 map_alignment   32  u32 flags2                36  u32 max_stack_depth
 *  40  u16 request_timeout 42  u16 unused[11]
 * </pre>
 */
public final class InitOut extends Flyweight {
  public static final int SIZE = 64;

  private static final int MAJOR = 0;
  private static final int MINOR = 4;
  private static final int MAX_READAHEAD = 8;
  private static final int FLAGS = 12;
  private static final int MAX_BACKGROUND = 16;
  private static final int CONGESTION_THRESHOLD = 18;
  private static final int MAX_WRITE = 20;
  private static final int TIME_GRANULARITY = 24;
  private static final int MAX_PAGES = 28;
  private static final int FLAGS2 = 32;
  private static final int MAX_STACK_DEPTH = 36;

  /** Sets every byte to zero, also those without a setter; the request timeout must stay off. */
  public InitOut clear() {
    zero(SIZE);
    return this;
  }

  public InitOut major(int major) {
    u32(MAJOR, major);
    return this;
  }

  public InitOut minor(int minor) {
    u32(MINOR, minor);
    return this;
  }

  /** The most bytes to read ahead; the kernel takes the smaller of this and its own. */
  public InitOut maxReadahead(int bytes) {
    u32(MAX_READAHEAD, bytes);
    return this;
  }

  /**
   * What to use, as bits of {@link InitFlags}. The kernel ignores the upper half unless {@link
   * InitFlags#INIT_EXT} is set.
   */
  public InitOut flags(long flags) {
    u32(FLAGS, (int) flags);
    u32(FLAGS2, (int) (flags >>> 32));
    return this;
  }

  /** The most background requests (readahead, writeback) in flight, up to 65535. */
  public InitOut maxBackground(int requests) {
    u16(MAX_BACKGROUND, requests);
    return this;
  }

  /** Background requests from which on the kernel calls the file system congested. */
  public InitOut congestionThreshold(int requests) {
    u16(CONGESTION_THRESHOLD, requests);
    return this;
  }

  /** The most bytes of one WRITE. */
  public InitOut maxWrite(int bytes) {
    u32(MAX_WRITE, bytes);
    return this;
  }

  /** The unit of time stamps in nanoseconds: a power of ten up to one second. */
  public InitOut timeGranularity(int nanos) {
    u32(TIME_GRANULARITY, nanos);
    return this;
  }

  /** The most pages of one READ or WRITE; needs {@link InitFlags#MAX_PAGES}. */
  public InitOut maxPages(int pages) {
    u16(MAX_PAGES, pages);
    return this;
  }

  /** Stacked file systems below, 1 or 2; needs {@link InitFlags#PASSTHROUGH}. */
  public InitOut maxStackDepth(int depth) {
    u32(MAX_STACK_DEPTH, depth);
    return this;
  }
}
