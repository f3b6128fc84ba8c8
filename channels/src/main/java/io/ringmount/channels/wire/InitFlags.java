package io.ringmount.channels.wire;

/**
 * The bits of {@link InitIn#flags} and {@link InitOut#flags}, of which the kernel sends bits 32 and
 * above in {@code flags2}.
 */
public final class InitFlags {
  /** Several reads of one file may be in flight. */
  public static final long ASYNC_READ = 1L << 0;

  /** OPEN carries {@code O_TRUNC}; no SETATTR goes before it. */
  public static final long ATOMIC_O_TRUNC = 1L << 3;

  /** WRITE may be larger than a page. */
  public static final long BIG_WRITES = 1L << 5;

  /** Leave the umask to the daemon. */
  public static final long DONT_MASK = 1L << 6;

  /** Drop cached data when size or modification time changed. */
  public static final long AUTO_INVAL_DATA = 1L << 12;

  /** Send READDIRPLUS instead of READDIR. */
  public static final long DO_READDIRPLUS = 1L << 13;

  /** Send READDIRPLUS only where it seems to pay. */
  public static final long READDIRPLUS_AUTO = 1L << 14;

  /** Direct I/O may be split in requests that run at a time. */
  public static final long ASYNC_DIO = 1L << 15;

  /** Several lookups and readings of one directory may be in flight. */
  public static final long PARALLEL_DIROPS = 1L << 18;

  /** Check access by the access control lists that GETXATTR says, and let them be changed. */
  public static final long POSIX_ACL = 1L << 20;

  /** {@link InitOut#maxPages} counts; without it 32 pages are the limit. */
  public static final long MAX_PAGES = 1L << 22;

  /** Cache the answers to READLINK. */
  public static final long CACHE_SYMLINKS = 1L << 23;

  /** The daemon takes off set-user-id and set-group-id bits when told to. */
  public static final long HANDLE_KILLPRIV_V2 = 1L << 28;

  /** Bits 32 and above count. */
  public static final long INIT_EXT = 1L << 30;

  /** NOTIFY_INVAL_ENTRY may expire an entry without dropping it. */
  public static final long HAS_EXPIRE_ONLY = 1L << 35;

  /** Allow shared mmap(2) of files open with direct I/O. */
  public static final long DIRECT_IO_ALLOW_MMAP = 1L << 36;

  /** Allow {@link OpenFlags#PASSTHROUGH}; needs {@link InitOut#maxStackDepth}. */
  public static final long PASSTHROUGH = 1L << 37;

  /** NOTIFY_RESEND delivers unanswered requests again. */
  public static final long HAS_RESEND = 1L << 39;

  /** Deliver requests through io_uring. */
  public static final long OVER_IO_URING = 1L << 41;

  private InitFlags() {}
}
