package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.wire.InHeader;
import io.ringmount.channels.wire.InitFlags;
import io.ringmount.channels.wire.InitIn;
import io.ringmount.channels.wire.InitOut;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OutHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * INIT: what the kernel offers and what is taken of it. The kernel asks once in the life of a mount
 * and holds every other request until it is answered.
 */
final class Handshake {
  private static final int MAJOR = 7;

  /** The version whose structs {@code channels.wire} describes. */
  private static final int MINOR = 45;

  /** FUSE 7.31 (Linux 5.4) and older lack what the layouts rely on. */
  private static final int OLDEST_MINOR = 31;

  /** What kernels before FUSE 7.36 send of INIT; the rest of the struct is zero then. */
  private static final int SHORT_INIT = 16;

  /** What the kernel assumes for max_background when it is told less. */
  private static final int LEAST_BACKGROUND = 12;

  /** max_background and congestion_threshold are 16 bits wide. */
  private static final int MOST_BACKGROUND = 0xffff;

  private static final int TIMEOUT_MILLIS = 10_000;

  /** FUSE_MIN_READ_BUFFER: the kernel refuses reads into less. */
  private static final int BUFFER = 8192;

  private static final int PAGE = 4096;

  /** Backing files lie on plain file systems, and one more may be stacked on this one. */
  private static final int STACK_DEPTH = 1;

  private final int fd;
  private final int minor;
  private final int maxReadahead;
  private final long offered;
  private final long unique;

  private Handshake(int fd, InHeader header, InitIn init) {
    this.fd = fd;
    this.minor = init.minor();
    this.maxReadahead = init.maxReadahead();
    this.offered = init.flags();
    this.unique = header.unique();
  }

  /**
   * Reads the kernel's INIT.
   *
   * @param fd a mounted descriptor that nobody has read yet
   */
  static Handshake read(int fd) throws IOException {
    if (Poll.one(fd, Poll.POLLIN, TIMEOUT_MILLIS) == 0) {
      throw new IOException("the kernel sent no FUSE_INIT within " + TIMEOUT_MILLIS + " ms");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER, Long.BYTES);
      long length =
          LinuxException.check(
              FuseDevice.read(fd, buffer.address(), BUFFER), "read", FuseDevice.PATH.toString());
      InHeader header = new InHeader();
      header.wrap(buffer.address());
      InitIn init = new InitIn();
      init.wrap(buffer.address() + InHeader.SIZE);
      if (length < InHeader.SIZE + SHORT_INIT || header.opcode() != Opcode.INIT) {
        throw new IOException("the kernel's first request is not a FUSE_INIT of a known form");
      }
      if (init.major() != MAJOR || init.minor() < OLDEST_MINOR) {
        throw new IOException(
            "the kernel speaks FUSE %d.%d; 7.%d or newer is needed (Linux 5.4)"
                .formatted(init.major(), init.minor(), OLDEST_MINOR));
      }
      return new Handshake(fd, header, init);
    }
  }

  boolean offersUring() {
    return (offered & InitFlags.OVER_IO_URING) != 0;
  }

  /** Those of the flags that the kernel knows. */
  long takes(long flags) {
    return flags & offered;
  }

  /**
   * Answers. From here on the kernel sends requests.
   *
   * @param features flags of those of the file system
   * @param maxWrite bytes of the largest read or write
   * @param inFlight how many requests the channels hold; as many readaheads, write-backs and direct
   *     I/Os may be under way
   */
  void answer(long features, boolean uring, int maxWrite, int inFlight) throws LinuxException {
    int maxBackground = Math.clamp(inFlight, LEAST_BACKGROUND, MOST_BACKGROUND);
    long flags =
        features
            | InitFlags.INIT_EXT
            | InitFlags.ASYNC_READ
            | InitFlags.BIG_WRITES
            | InitFlags.ASYNC_DIO
            | InitFlags.MAX_PAGES
            | (uring ? InitFlags.OVER_IO_URING : 0);
    try (Arena arena = Arena.ofConfined()) {
      int size = OutHeader.SIZE + InitOut.SIZE;
      long reply = arena.allocate(size, Long.BYTES).address();
      OutHeader header = new OutHeader();
      header.wrap(reply);
      header.length(size).error(0).unique(unique);
      InitOut out = new InitOut();
      out.wrap(reply + OutHeader.SIZE);
      out.major(MAJOR)
          .minor(Math.min(minor, MINOR))
          .maxReadahead(maxReadahead)
          .flags(takes(flags))
          .maxBackground(maxBackground)
          .congestionThreshold(maxBackground * 3 / 4)
          .maxWrite(maxWrite)
          .timeGranularity(1)
          .maxPages(maxWrite / PAGE)
          .maxStackDepth((features & InitFlags.PASSTHROUGH) == 0 ? 0 : STACK_DEPTH);
      long written = FuseDevice.write(fd, reply, size);
      LinuxException.check(
          written == size ? 0 : written < 0 ? written : -Errno.EIO, "FUSE_INIT reply", "");
    }
  }
}
