package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * One message with descriptors in memory, as {@code sendmsg(2)} and {@code recvmsg(2)} want it
 * ({@code include/linux/socket.h}):
 *
 * <pre>
 *   struct msghdr      struct iovec     bytes
 *     iov ------------>  base ---------->  ...
 *     iovlen = 1         len
 *     control -------> struct cmsghdr { len, SOL_SOCKET, SCM_RIGHTS }, s32 descriptors
 *     controllen
 *     flags
 * </pre>
 *
 * All of it belongs to the arena given, and to one thread.
 */
final class SocketMessage {
  /** Most descriptors in one message; the kernel's own limit is 253. */
  static final int MAX_DESCRIPTORS = 64;

  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private static final int HEADER_IOV = 16;
  private static final int HEADER_IOV_LENGTH = 24;
  private static final int HEADER_CONTROL = 32;
  private static final int HEADER_CONTROL_LENGTH = 40;
  private static final int HEADER_FLAGS = 48;
  private static final int HEADER_SIZE = 56;

  private static final int IOV_BASE = 0;
  private static final int IOV_LENGTH = 8;
  private static final int IOV_SIZE = 16;

  private static final int CONTROL_LENGTH = 0;
  private static final int CONTROL_LEVEL = 8;
  private static final int CONTROL_TYPE = 12;
  private static final int CONTROL_DATA = 16;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private final long header;
  private final long bytes;
  private final long control;
  private final int controlRoom;

  /** Makes room for {@code length} bytes and {@code descriptors} descriptors. */
  SocketMessage(Arena arena, int length, int descriptors) {
    controlRoom = CONTROL_DATA + descriptors * Integer.BYTES;
    header = arena.allocate(HEADER_SIZE, Long.BYTES).address();
    bytes = arena.allocate(Math.max(length, 1), Long.BYTES).address();
    control = arena.allocate(controlRoom, Long.BYTES).address();
    long iov = arena.allocate(IOV_SIZE, Long.BYTES).address();
    Memory.putLong(iov + IOV_BASE, bytes);
    Memory.putLong(iov + IOV_LENGTH, length);
    Memory.putLong(header + HEADER_IOV, iov);
    Memory.putLong(header + HEADER_IOV_LENGTH, 1);
  }

  /** Sends; {@code content} fills the room exactly. Retries {@code EINTR}. */
  void send(int fd, byte[] content, int[] descriptors) throws LinuxException {
    Memory.copy(content, 0, bytes, content.length);
    if (descriptors.length > 0) {
      int length = CONTROL_DATA + descriptors.length * Integer.BYTES;
      Memory.putLong(control + CONTROL_LENGTH, length);
      Memory.putInt(control + CONTROL_LEVEL, SOL_SOCKET);
      Memory.putInt(control + CONTROL_TYPE, SCM_RIGHTS);
      for (int i = 0; i < descriptors.length; i++) {
        Memory.putInt(control + CONTROL_DATA + (long) i * Integer.BYTES, descriptors[i]);
      }
      Memory.putLong(header + HEADER_CONTROL, control);
      Memory.putLong(header + HEADER_CONTROL_LENGTH, length);
    }
    long result;
    do {
      result = Syscall.call(SyscallNumber.SENDMSG, fd, header, MSG_NOSIGNAL);
    } while (result == -Errno.EINTR);
    LinuxException.check(
        result, "sendmsg", content.length + " bytes, " + descriptors.length + " descriptors");
  }

  /**
   * Receives; retries {@code EINTR}. A message that came incomplete is an error, and the
   * descriptors that did come are closed.
   *
   * @return length of the content, 0 when the other end is closed
   */
  int receive(int fd) throws LinuxException {
    Memory.putLong(header + HEADER_CONTROL, control);
    Memory.putLong(header + HEADER_CONTROL_LENGTH, controlRoom);
    long result;
    do {
      result = Syscall.call(SyscallNumber.RECVMSG, fd, header, MSG_CMSG_CLOEXEC);
    } while (result == -Errno.EINTR);
    LinuxException.check(result, "recvmsg", "");
    int flags = Memory.getInt(header + HEADER_FLAGS);
    if ((flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
      throw incomplete(flags);
    }
    if (result == 0) {
      closeDescriptors(); // A peer may attach some to an empty message.
    }
    return (int) result;
  }

  private int closeDescriptors() {
    int[] descriptors = descriptors();
    for (int each : descriptors) {
      FileOps.close(each);
    }
    return descriptors.length;
  }

  private LinuxException incomplete(int flags) {
    int came = closeDescriptors();
    if ((flags & MSG_TRUNC) != 0) {
      return new LinuxException("recvmsg", "content longer than the room", Errno.EMSGSIZE);
    }
    // The kernel also cuts the list short where it cannot install a descriptor here.
    return came == MAX_DESCRIPTORS
        ? new LinuxException("recvmsg", "over " + MAX_DESCRIPTORS + " descriptors", Errno.EMSGSIZE)
        : new LinuxException("recvmsg", "descriptors", Errno.EMFILE);
  }

  /** The content after {@link #receive}. */
  byte[] content(int length) {
    byte[] content = new byte[length];
    Memory.copy(bytes, content, 0, length);
    return content;
  }

  /** The descriptors after {@link #receive}. */
  int[] descriptors() {
    int[] descriptors = new int[MAX_DESCRIPTORS];
    int count = 0;
    long end = control + Memory.getLong(header + HEADER_CONTROL_LENGTH);
    long each = control;
    while (each + CONTROL_DATA <= end) {
      long length = Math.max(Memory.getLong(each + CONTROL_LENGTH), CONTROL_DATA);
      if (Memory.getInt(each + CONTROL_LEVEL) == SOL_SOCKET
          && Memory.getInt(each + CONTROL_TYPE) == SCM_RIGHTS) {
        for (long at = each + CONTROL_DATA; at < each + length; at += Integer.BYTES) {
          descriptors[count++] = Memory.getInt(at);
        }
      }
      each += (length + Long.BYTES - 1) & -Long.BYTES;
    }
    return Arrays.copyOf(descriptors, count);
  }
}
