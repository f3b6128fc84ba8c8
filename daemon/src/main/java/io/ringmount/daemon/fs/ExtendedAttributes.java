package io.ringmount.daemon.fs;

import io.ringmount.channels.Bytes;
import io.ringmount.channels.Name;
import io.ringmount.channels.Reply;
import io.ringmount.channels.Request;
import io.ringmount.channels.XattrReply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.BufferUtil;

/**
 * The operations on extended attributes. Who may do what is checked by the kernel before it asks
 * ({@code fs/xattr.c}, {@code xattr_permission}; {@code fs/posix_acl.c} for access control lists),
 * but for the rest of the namespace {@code system}, which it leaves to file systems: its names are
 * not served.
 */
final class ExtendedAttributes {
  private static final byte[] SYSTEM = "system.".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRUSTED = "trusted.".getBytes(StandardCharsets.US_ASCII);

  /** The access control list of a file. */
  private static final byte[] ACCESS_LIST =
      "system.posix_acl_access".getBytes(StandardCharsets.US_ASCII);

  /** What new files in a directory get as theirs. */
  private static final byte[] DEFAULT_LIST =
      "system.posix_acl_default".getBytes(StandardCharsets.US_ASCII);

  private static final int XATTR_CREATE = 1;

  private final InodeTable inodes;
  private volatile boolean lists;

  /**
   * @param lists whether access control lists are served
   */
  ExtendedAttributes(InodeTable inodes, boolean lists) {
    this.inodes = inodes;
    this.lists = lists;
  }

  /**
   * Says anew whether access control lists are served: not when the kernel does not check access by
   * them, as a list that is set gives the group of the mode's bits what is the mask's.
   */
  void serveLists(boolean agreed) {
    lists = agreed;
  }

  /**
   * Whether an open file may have an access control list, whether or not it has one now; also when
   * the file system does not say.
   */
  static boolean mayHaveAccessControlList(int fd, Scratch scratch) {
    try (Arena arena = Arena.ofConfined()) {
      long name = NativeString.of(arena, ACCESS_LIST).address();
      long result = FileOps.getxattr(scratch.pathOf(fd), name, 0, 0);
      return result != -Errno.EOPNOTSUPP && result != -Errno.ENOSYS;
    }
  }

  /**
   * @param flags {@code XATTR_*} of setxattr(2)
   */
  void set(Request request, long node, Name name, Bytes value, int flags, Reply reply) {
    if (isWithheld(name)) {
      reply.error(Errno.EOPNOTSUPP);
      return;
    }
    Scratch scratch = Scratch.get();
    Answers.result(
        reply,
        inodes.get(node).apply(scratch, fd -> setOnce(request, fd, name, value, flags, scratch)));
  }

  private static long setOnce(
      Request request, int fd, Name name, Bytes value, int flags, Scratch scratch) {
    Journal journal = scratch.journal.of(request);
    boolean resumed = journal.isBegun(JournalLayout.SETXATTR);
    if (resumed && journal.outcome() != Journal.UNKNOWN) {
      return Math.min(journal.outcome(), 0);
    }
    // Only what was not there when it began can be its own when it is found later.
    if (!resumed && ((flags & XATTR_CREATE) == 0 || !exists(fd, name, scratch))) {
      journal.begin(JournalLayout.SETXATTR);
    }
    long result =
        FileOps.setxattr(
            scratch.pathOf(fd), name.address(), value.address(), value.length(), flags);
    if (resumed && result == -Errno.EEXIST && has(fd, name, value, scratch)) {
      result = 0;
    }
    if (result >= 0 && is(name.address(), name.length(), ACCESS_LIST)) {
      result = Privileges.clearSetGroupIdUnlessMember(request, fd, scratch);
    }
    return journal.outcome(result);
  }

  private static boolean has(int fd, Name name, Bytes value, Scratch scratch) {
    long length =
        FileOps.getxattr(scratch.pathOf(fd), name.address(), scratch.entries, Scratch.ENTRIES_SIZE);
    return length == value.length()
        && Memory.equal(scratch.entries, value.address(), value.length());
  }

  void get(long node, Name name, XattrReply reply) {
    if (isWithheld(name)) {
      reply.error(Errno.EOPNOTSUPP);
      return;
    }
    Scratch scratch = Scratch.get();
    int wanted = reply.wanted();
    if (wanted == 0) {
      long length =
          inodes
              .get(node)
              .apply(scratch, fd -> FileOps.getxattr(scratch.pathOf(fd), name.address(), 0, 0));
      answerLength(reply, orNone(name, length));
      return;
    }
    ByteBuffer buffer = reply.buffer();
    int room = buffer.remaining();
    long address = BufferUtil.address(buffer) + buffer.position();
    long length =
        inodes
            .get(node)
            .apply(
                scratch, fd -> FileOps.getxattr(scratch.pathOf(fd), name.address(), address, room));
    if (length >= 0) {
      buffer.position(buffer.position() + (int) length);
    } else if (length == -Errno.ERANGE && room < wanted) {
      length = -Errno.E2BIG;
    }
    Answers.result(reply, orNone(name, length));
  }

  /**
   * The kernel refuses all access to a file about whose list it is told anything but that there is
   * none: it must not be told that the file's own file system knows no lists.
   */
  private static long orNone(Name name, long result) {
    return result == -Errno.EOPNOTSUPP && isAccessControlList(name.address(), name.length())
        ? -Errno.ENODATA
        : result;
  }

  private static void answerLength(XattrReply reply, long length) {
    if (length >= 0) {
      reply.length((int) length);
    }
    Answers.result(reply, length);
  }

  /** Lists names; as on the backend, those of {@code trusted} to root alone. */
  void list(Request request, long node, XattrReply reply) {
    Scratch scratch = Scratch.get();
    long names = scratch.entries;
    long length =
        inodes
            .get(node)
            .apply(
                scratch, fd -> FileOps.listxattr(scratch.pathOf(fd), names, Scratch.ENTRIES_SIZE));
    if (length >= 0) {
      length = keepVisible(names, (int) length, request.uid() == 0);
    }
    int wanted = reply.wanted();
    if (length < 0 || wanted == 0) {
      answerLength(reply, length);
      return;
    }
    ByteBuffer buffer = reply.buffer();
    if (length > buffer.remaining()) {
      reply.error(length > wanted ? Errno.ERANGE : Errno.E2BIG);
      return;
    }
    Memory.copy(names, BufferUtil.address(buffer) + buffer.position(), length);
    buffer.position(buffer.position() + (int) length);
    reply.done();
  }

  /** Moves the names that the caller may see together; how many bytes they have. */
  private int keepVisible(long names, int length, boolean all) {
    int kept = 0;
    for (int i = 0; i < length; ) {
      int bytes = Memory.stringLength(names + i, length - i) + 1;
      boolean visible =
          !isWithheld(names + i, bytes - 1) && (all || !startsWith(names + i, bytes - 1, TRUSTED));
      if (visible) {
        Memory.copy(names + i, names + kept, bytes);
        kept += bytes;
      }
      i += bytes;
    }
    return kept;
  }

  void remove(Request request, long node, Name name, Reply reply) {
    if (isWithheld(name)) {
      reply.error(Errno.EOPNOTSUPP);
      return;
    }
    Scratch scratch = Scratch.get();
    Answers.result(
        reply, inodes.get(node).apply(scratch, fd -> removeOnce(request, fd, name, scratch)));
  }

  private static long removeOnce(Request request, int fd, Name name, Scratch scratch) {
    Journal journal = scratch.journal.of(request);
    boolean resumed = journal.isBegun(JournalLayout.REMOVEXATTR);
    if (resumed && journal.outcome() != Journal.UNKNOWN) {
      return Math.min(journal.outcome(), 0);
    }
    if (!resumed && exists(fd, name, scratch)) {
      journal.begin(JournalLayout.REMOVEXATTR);
    }
    long result = FileOps.removexattr(scratch.pathOf(fd), name.address());
    if (resumed && result == -Errno.ENODATA) {
      result = 0;
    }
    return journal.outcome(result);
  }

  private static boolean exists(int fd, Name name, Scratch scratch) {
    return FileOps.getxattr(scratch.pathOf(fd), name.address(), 0, 0) >= 0;
  }

  private boolean isWithheld(Name name) {
    return isWithheld(name.address(), name.length());
  }

  private boolean isWithheld(long name, int length) {
    return startsWith(name, length, SYSTEM) && !(lists && isAccessControlList(name, length));
  }

  private static boolean isAccessControlList(long name, int length) {
    return is(name, length, ACCESS_LIST) || is(name, length, DEFAULT_LIST);
  }

  private static boolean is(long text, int length, byte[] name) {
    return length == name.length && startsWith(text, length, name);
  }

  private static boolean startsWith(long text, int length, byte[] prefix) {
    if (length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (Memory.getByte(text + i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
