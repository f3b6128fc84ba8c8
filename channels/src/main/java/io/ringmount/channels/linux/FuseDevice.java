package io.ringmount.channels.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The device {@code /dev/fuse} ({@code fs/fuse/dev.c}): open, clone, and the blocking message
 * calls.
 *
 * <p>The descriptor itself is the state: it becomes a connection when it is given to {@link
 * Mounts#mount}, and stays one in every process that holds a copy.
 */
public final class FuseDevice {
  /** The device. */
  public static final Path PATH = Path.of("/dev/fuse");

  /** The switch that allows FUSE over io_uring: {@code Y} or {@code N}, root may write it. */
  public static final Path ENABLE_URING = Path.of("/sys/module/fuse/parameters/enable_uring");

  /** {@code _IOR(229, 0, uint32_t)}, {@code include/uapi/linux/fuse.h}. */
  private static final long FUSE_DEV_IOC_CLONE = 0x8004e500L;

  /** {@code _IOW(229, 1, struct fuse_backing_map)}. */
  private static final long FUSE_DEV_IOC_BACKING_OPEN = 0x4010e501L;

  /** {@code _IOW(229, 2, uint32_t)}. */
  private static final long FUSE_DEV_IOC_BACKING_CLOSE = 0x4004e502L;

  /** {@code struct fuse_backing_map}: s32 descriptor, u32 flags, u64 padding. */
  private static final int BACKING_MAP_SIZE = 16;

  /** {@code struct fuse_out_header} of a notification. */
  private static final int NOTICE_HEADER = 16;

  private static final int NOTICE_CODE = 4;

  private static final int NOTIFY_STORE = 4;
  private static final int NOTIFY_RETRIEVE = 5;
  private static final int NOTIFY_RESEND = 7;

  /** {@code struct fuse_notify_store_out}: u64 node, u64 offset, u32 size. */
  private static final int STORE_SIZE = 24;

  /** {@code struct fuse_notify_retrieve_out}: u64 number, u64 node, u64 offset, u32 size. */
  private static final int RETRIEVE_SIZE = 32;

  /** Above those that the kernel gives out, and below {@link #RESENT}. */
  private static final long OWN_NUMBERS = 1L << 62;

  /** Even, as all but those of INTERRUPT are; another process continues where this one was. */
  private static final AtomicLong NEXT_NUMBER =
      new AtomicLong(OWN_NUMBERS | (System.nanoTime() & (OWN_NUMBERS - 1) & ~1L));

  /** In the number of a request that was delivered before, FUSE_UNIQUE_RESEND. */
  public static final long RESENT = 1L << 63;

  private FuseDevice() {}

  /**
   * Opens the device for reading and writing, closed on exec.
   *
   * @return a descriptor that the caller must close
   * @throws IOException with the remedy, {@link LinuxException} as cause
   */
  public static int open() throws IOException {
    try {
      return FileOps.open(PATH, FileFlags.O_RDWR);
    } catch (LinuxException e) {
      throw withRemedy(e);
    }
  }

  static IOException withRemedy(LinuxException e) {
    String remedy =
        switch (e.errno()) {
          case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
              "the kernel has no FUSE; load it with 'modprobe fuse' (in a container, also pass the"
                  + " device in)";
          case Errno.EACCES, Errno.EPERM ->
              "this user may not use the device; run as root, or allow it with 'chmod 666 "
                  + PATH
                  + "' (in a container, also permit device 10:229)";
          default -> "check that 'modprobe fuse' succeeds";
        };
    return new IOException(e.getMessage() + "; " + remedy, e);
  }

  /**
   * Opens another channel to the connection of {@code fd}: with its own list of requests handed
   * out.
   *
   * @param fd a descriptor that is mounted already
   * @return a descriptor that the caller must close
   * @throws IOException as {@link #open}; {@link LinuxException} of {@code FUSE_DEV_IOC_CLONE}:
   *     {@code EINVAL} or {@code EPERM} when {@code fd} is no connection
   */
  public static int clone(int fd) throws IOException {
    int channel = open();
    try (Arena arena = Arena.ofConfined()) {
      long source = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      Memory.putInt(source, fd);
      LinuxException.check(
          Syscall.call(SyscallNumber.IOCTL, channel, FUSE_DEV_IOC_CLONE, source),
          "ioctl FUSE_DEV_IOC_CLONE",
          PATH.toString());
    } catch (LinuxException e) {
      FileOps.close(channel);
      throw e;
    }
    return channel;
  }

  /**
   * Hot path: waits for one request and reads it.
   *
   * @param length at least 8192 and {@code max_write} + 4096, or the kernel says {@code -EINVAL}
   * @return the request's length, or {@code -errno}: {@code -ENODEV} after unmount, {@code -EINTR},
   *     {@code -EAGAIN} and {@code -ENOENT} (the request was interrupted) mean to read again
   */
  public static long read(int fd, long address, long length) {
    return Syscall.call(SyscallNumber.READ, fd, address, length);
  }

  /**
   * Hot path: writes one whole reply or notification.
   *
   * @return {@code length}, or {@code -errno}: {@code -ENOENT} when nobody waits for the reply
   */
  public static long write(int fd, long address, long length) {
    return Syscall.call(SyscallNumber.WRITE, fd, address, length);
  }

  /**
   * Has the kernel deliver all requests again that were handed out and not answered, with {@link
   * #RESENT} in their numbers. Nobody may be reading the connection. Only for the device: requests
   * that are in rings stay there.
   *
   * @return 0, or {@code -errno}
   */
  public static long resend(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long notice = notice(arena, NOTIFY_RESEND, 0);
      return Math.min(0, write(fd, notice, NOTICE_HEADER));
    }
  }

  /**
   * Makes the kernel send a request that asks for nothing, NOTIFY_REPLY, to whoever serves the
   * calling thread's processor; nobody waits for its answer. A ring fetches what waits in its queue
   * when it commits, so the first request after it was registered must come by itself.
   *
   * @param node of a regular file without cached pages
   * @return 0, or {@code -errno}: {@code -ENOENT} when the kernel does not know the node
   */
  public static long kick(int fd, long node) {
    try (Arena arena = Arena.ofConfined()) {
      long notice = notice(arena, NOTIFY_RETRIEVE, RETRIEVE_SIZE);
      Memory.putLong(notice + NOTICE_HEADER, NEXT_NUMBER.addAndGet(2));
      Memory.putLong(notice + NOTICE_HEADER + 8, node);
      return Math.min(0, write(fd, notice, NOTICE_HEADER + RETRIEVE_SIZE));
    }
  }

  /**
   * Whether the kernel knows a node: it is told to store no bytes in the node's pages, which
   * changes nothing. Waits for a node that the kernel is just forgetting, which may take as long as
   * its last pages take to be written.
   *
   * @return true too where the kernel does not say
   */
  public static boolean knows(int fd, long node) {
    try (Arena arena = Arena.ofConfined()) {
      long notice = notice(arena, NOTIFY_STORE, STORE_SIZE);
      Memory.putLong(notice + NOTICE_HEADER, node);
      return write(fd, notice, NOTICE_HEADER + STORE_SIZE) != -Errno.ENOENT;
    }
  }

  /**
   * Registers a file that the kernel can read and write by itself, with the calling thread's
   * credentials of now ({@code fs/fuse/backing.c}).
   *
   * @param fd any descriptor of the file, also O_PATH; the kernel keeps a reference of its own
   * @return its number in the connection, above 0, or {@code -errno}: {@code -EPERM} without
   *     CAP_SYS_ADMIN or passthrough, {@code -EINVAL} and {@code -ELOOP} when its file system is a
   *     FUSE or a stacked one
   */
  public static int openBacking(int device, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long map = arena.allocate(BACKING_MAP_SIZE, Long.BYTES).address();
      Memory.putInt(map, fd);
      return (int) Syscall.call(SyscallNumber.IOCTL, device, FUSE_DEV_IOC_BACKING_OPEN, map);
    }
  }

  /**
   * Ends a registration; what is open through it stays open.
   *
   * @return 0, or {@code -errno}: {@code -ENOENT} when there is none of this number
   */
  public static int closeBacking(int device, int id) {
    try (Arena arena = Arena.ofConfined()) {
      long number = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      Memory.putInt(number, id);
      return (int) Syscall.call(SyscallNumber.IOCTL, device, FUSE_DEV_IOC_BACKING_CLOSE, number);
    }
  }

  private static long notice(Arena arena, int code, int size) {
    long notice = arena.allocate(NOTICE_HEADER + size, Long.BYTES).address();
    Memory.putInt(notice, NOTICE_HEADER + size);
    Memory.putInt(notice + NOTICE_CODE, code);
    return notice;
  }

  /** Whether this kernel has FUSE over io_uring and it is switched on. */
  public static boolean uringEnabled() {
    try {
      return KernelFile.read(ENABLE_URING).startsWith("Y");
    } catch (IOException absent) {
      return false;
    }
  }
}
