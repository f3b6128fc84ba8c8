package io.ringmount.daemon.posix;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.channels.linux.Statx;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes system calls in a directory and writes down what each returns: the same calls elsewhere
 * must make the same transcript. Descriptors are named by the order in which they were opened, and
 * times are left out.
 */
final class CallTranscript implements AutoCloseable {
  private static final int BUFFER = 256 << 10;
  private static final int LONGEST_SHOWN = 40;
  private static final long RECENT_SECONDS = 3600;
  private static final int ENTRY_LENGTH = 16;
  private static final int ENTRY_TYPE = 18;
  private static final int ENTRY_NAME = 19;
  private static final int WANTED = FileFlags.STATX_BASIC_STATS | FileFlags.STATX_BTIME;

  private final Arena arena = Arena.ofConfined();
  private Arena strings = Arena.ofConfined();
  private final long buffer = arena.allocate(BUFFER, 4096).address();
  private final long offsets = arena.allocate(16, 8).address();
  private final long times = arena.allocate(32, 8).address();
  private final int umask;
  private final int directory;
  private final Set<Integer> open = new HashSet<>();
  private final List<String> lines = new ArrayList<>();
  private int opened;
  private boolean tellsBlocks = true;

  CallTranscript(Path path) throws LinuxException {
    directory = FileOps.open(path, FileFlags.O_DIRECTORY);
    umask = ProcessControl.setUmask(0);
  }

  List<String> lines() {
    return lines;
  }

  /** What has been written down since this was called last. */
  List<String> takeLines() {
    List<String> taken = List.copyOf(lines);
    lines.clear();
    strings.close();
    strings = Arena.ofConfined();
    return taken;
  }

  /** How much space files take is left out from now on: it depends on when they are written. */
  void withoutBlocks() {
    tellsBlocks = false;
  }

  private long told(String call, long result) {
    lines.add(call + " = " + (result < 0 ? Errno.describe((int) -result) : result));
    return result;
  }

  private long name(String text) {
    return NativeString.address(strings, text);
  }

  private long bytes(byte[] bytes) {
    long address = strings.allocate(Math.max(1, bytes.length)).address();
    Memory.copy(bytes, 0, address, bytes.length);
    return address;
  }

  /** A path by which calls that take no descriptor reach the file and not another. */
  private long path(String name) {
    return name("/proc/self/fd/" + directory + "/" + name);
  }

  // ---- open files ------------------------------------------------------------------------------

  int open(String name, int flags) {
    return open(name, flags, 0644);
  }

  int open(String name, int flags, int mode) {
    long fd = FileOps.openat(directory, name(name), flags | FileFlags.O_CLOEXEC, mode);
    lines.add(
        "open %s %x %o = %s"
            .formatted(name, flags, mode, fd < 0 ? Errno.describe((int) -fd) : "file " + opened++));
    if (fd >= 0) {
      open.add((int) fd);
    }
    return (int) fd;
  }

  void close(int fd) {
    open.remove(fd);
    told("close", FileOps.close(fd));
  }

  void write(int fd, long offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String shown = text.length() > LONGEST_SHOWN ? text.length() + " bytes" : text;
    told("write " + shown, FileOps.pwrite(fd, bytes(bytes), bytes.length, offset));
  }

  void read(int fd, long offset, int length) {
    long got = FileOps.pread(fd, buffer, length, offset);
    told("read", got);
    if (got >= 0) {
      byte[] bytes = new byte[(int) got];
      Memory.copy(buffer, bytes, 0, bytes.length);
      lines.add("  content " + got + " " + Arrays.hashCode(bytes));
    }
  }

  /** With a length of 0 bytes, and none at all. */
  void writeNothing(int fd) {
    told("write nothing", FileOps.pwrite(fd, buffer, 0, 0));
  }

  void truncate(int fd, long size) {
    told("ftruncate " + size, FileOps.ftruncate(fd, size));
  }

  long seek(int fd, long offset, int whence) {
    return told("lseek " + offset + " " + whence, FileOps.lseek(fd, offset, whence));
  }

  void allocate(int fd, int mode, long offset, long length) {
    told(
        "fallocate " + mode + " " + offset + " " + length,
        FileOps.fallocate(fd, mode, offset, length));
  }

  long copy(int from, long fromOffset, int to, long toOffset, long length) {
    Memory.putLong(offsets, fromOffset);
    Memory.putLong(offsets + 8, toOffset);
    long copied = FileOps.copyFileRange(from, offsets, to, offsets + 8, length);
    return copied;
  }

  /** Copies until the end, as programs do; how often they have to is no difference. */
  void copyAll(int from, long fromOffset, int to, long toOffset, long length) {
    long done = 0;
    long copied = 0;
    while (done < length) {
      copied = copy(from, fromOffset + done, to, toOffset + done, length - done);
      if (copied <= 0) {
        break;
      }
      done += copied;
    }
    told("copy_file_range %d %d %d".formatted(fromOffset, toOffset, length), done);
    told("  at last", Math.min(copied, 0));
  }

  /** Gives an open file a name. */
  void linkOpen(int fd, String name) {
    told(
        "link open file " + name,
        FileOps.linkat(fd, FileOps.EMPTY_PATH, directory, name(name), FileFlags.AT_EMPTY_PATH));
  }

  // ---- attributes ------------------------------------------------------------------------------

  void stat(String name) {
    describe(
        "stat " + name,
        FileOps.statx(directory, name(name), FileFlags.AT_SYMLINK_NOFOLLOW, WANTED, buffer));
  }

  void stat(int fd) {
    describe("fstat", FileOps.fstatx(fd, WANTED, buffer));
  }

  private void describe(String call, long result) {
    if (result < 0) {
      told(call, result);
      return;
    }
    int mode = Statx.mode(buffer);
    boolean sized = (mode & FileFlags.S_IFMT) != FileFlags.S_IFDIR;
    lines.add(
        "%s = has %x mode %o links %d owner %d %d size %d blocks %d"
            .formatted(
                call,
                Statx.mask(buffer) & WANTED,
                mode,
                sized ? Statx.links(buffer) : 0,
                Statx.uid(buffer),
                Statx.gid(buffer),
                sized ? Statx.size(buffer) : 0,
                sized && tellsBlocks ? Statx.blocks(buffer) : 0));
  }

  // ---- extended attributes ---------------------------------------------------------------------

  void setxattr(String file, String name, String value, int flags) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    told(
        "setxattr %s %s %d bytes %d".formatted(file, name, bytes.length, flags),
        FileOps.setxattr(path(file), name(name), bytes(bytes), bytes.length, flags));
  }

  void getxattr(String file, String name, int room) {
    long got = FileOps.getxattr(path(file), name(name), room == 0 ? 0 : buffer, room);
    told("getxattr %s %s %d".formatted(file, name, room), got);
    if (got > 0 && room > 0) {
      byte[] bytes = new byte[(int) got];
      Memory.copy(buffer, bytes, 0, bytes.length);
      lines.add("  value " + Arrays.hashCode(bytes));
    }
  }

  void listxattr(String file, int room) {
    long got = FileOps.listxattr(path(file), room == 0 ? 0 : buffer, room);
    told("listxattr %s %d".formatted(file, room), got);
    if (got > 0 && room > 0) {
      byte[] bytes = new byte[(int) got];
      Memory.copy(buffer, bytes, 0, bytes.length);
      String[] names = new String(bytes, StandardCharsets.UTF_8).split("\0");
      lines.add("  names " + Arrays.stream(names).sorted().toList());
    }
  }

  void removexattr(String file, String name) {
    told("removexattr " + file + " " + name, FileOps.removexattr(path(file), name(name)));
  }

  /** Sets the access control list of a file, or the one that is the default in a directory. */
  void setList(String file, AccessList list, boolean asDefault) {
    byte[] bytes = list.bytes();
    told(
        "set list of %s %s %s".formatted(file, asDefault, list),
        FileOps.setxattr(
            path(file), name(AccessList.name(asDefault)), bytes(bytes), bytes.length, 0));
  }

  void getLists(String file) {
    getxattr(file, AccessList.name(false), 1000);
    getxattr(file, AccessList.name(true), 1000);
  }

  // ---- names -----------------------------------------------------------------------------------

  void mkdir(String name, int mode) {
    told("mkdir " + name + " " + Integer.toOctalString(mode), mkdirat(name, mode));
  }

  private long mkdirat(String name, int mode) {
    return FileOps.mkdirat(directory, name(name), mode);
  }

  void mknod(String name, int mode, int device) {
    told(
        "mknod %s %o %x".formatted(name, mode, device),
        FileOps.mknodat(directory, name(name), mode, device));
  }

  void symlink(String target, String name) {
    told(
        "symlink " + name + " " + target.length(),
        FileOps.symlinkat(name(target), directory, name(name)));
  }

  void readlink(String name, int room) {
    long got = FileOps.readlinkat(directory, name(name), buffer, room);
    told("readlink " + name + " " + room, got);
    if (got > 0) {
      byte[] bytes = new byte[(int) got];
      Memory.copy(buffer, bytes, 0, bytes.length);
      lines.add("  says " + Arrays.hashCode(bytes));
    }
  }

  void unlink(String name) {
    told("unlink " + name, FileOps.unlinkat(directory, name(name), 0));
  }

  void rmdir(String name) {
    told("rmdir " + name, FileOps.unlinkat(directory, name(name), FileFlags.AT_REMOVEDIR));
  }

  void link(String from, String to) {
    told("link " + from + " " + to, FileOps.linkat(directory, name(from), directory, name(to), 0));
  }

  void rename(String from, String to, int flags) {
    told(
        "rename %s %s %d".formatted(from, to, flags),
        FileOps.renameat2(directory, name(from), directory, name(to), flags));
  }

  void rename(String from, String to) {
    rename(from, to, 0);
  }

  /** Names and types of a directory, in an order of their own. */
  void list(String name) {
    long fd = FileOps.openat(directory, name(name), FileFlags.O_DIRECTORY, 0);
    if (fd < 0) {
      told("list " + name, fd);
      return;
    }
    List<String> entries = new ArrayList<>();
    long length;
    while ((length = FileOps.getdents64((int) fd, buffer, BUFFER)) > 0) {
      for (long entry = buffer; entry < buffer + length; ) {
        byte[] bytes = new byte[Memory.stringLength(entry + ENTRY_NAME, BUFFER)];
        Memory.copy(entry + ENTRY_NAME, bytes, 0, bytes.length);
        entries.add(
            new String(bytes, StandardCharsets.ISO_8859_1)
                + ":"
                + Memory.getByte(entry + ENTRY_TYPE));
        entry += Short.toUnsignedInt(Memory.getShort(entry + ENTRY_LENGTH));
      }
    }
    FileOps.close((int) fd);
    told("list " + name + " " + entries.stream().sorted().toList(), length);
  }

  // ---- changes of attributes -------------------------------------------------------------------

  void chmod(String name, int mode) {
    told("chmod %s %o".formatted(name, mode), FileOps.chmod(path(name), mode));
  }

  void chown(String name, int uid, int gid) {
    told(
        "chown %s %d %d".formatted(name, uid, gid),
        FileOps.fchownat(directory, name(name), uid, gid, FileFlags.AT_SYMLINK_NOFOLLOW));
  }

  void truncate(String name, long size) {
    told("truncate " + name + " " + size, FileOps.truncate(path(name), size));
  }

  /** Sets both times and tells what they are then. */
  void setTimes(String name, long seconds, long nanos, int flags) {
    for (long time = times; time < times + 32; time += 16) {
      Memory.putLong(time, seconds);
      Memory.putLong(time + 8, nanos);
    }
    told(
        "utimensat %s %d %d".formatted(name, seconds, nanos),
        FileOps.utimensat(directory, name(name), times, flags));
  }

  /** Tells the times of access and modification; following a link is access to it, now. */
  void tellTimes(String name) {
    long result =
        FileOps.statx(directory, name(name), FileFlags.AT_SYMLINK_NOFOLLOW, WANTED, buffer);
    told("times of " + name, result);
    if (result >= 0) {
      lines.add("  " + time(Statx.atimeSeconds(buffer), Statx.atimeNanos(buffer)));
      lines.add("  " + time(Statx.mtimeSeconds(buffer), Statx.mtimeNanos(buffer)));
    }
  }

  private static String time(long seconds, int nanos) {
    long age = Instant.now().getEpochSecond() - seconds;
    return Math.abs(age) < RECENT_SECONDS ? "now" : seconds + " " + nanos;
  }

  // ---- who calls -------------------------------------------------------------------------------

  /** Makes calls as another user, of no other groups. */
  void as(int uid, int gid, Runnable calls) {
    as(uid, gid, new int[0], calls);
  }

  /** Makes calls as another user who is of these groups as well. */
  void as(int uid, int gid, int[] groups, Runnable calls) {
    lines.add("as %d %d %s".formatted(uid, gid, Arrays.toString(groups)));
    for (int i = 0; i < groups.length; i++) {
      Memory.putInt(buffer + (long) i * Integer.BYTES, groups[i]);
    }
    long set = Credentials.setGroups(groups.length, buffer);
    if (set < 0) {
      throw new IllegalStateException("setgroups: " + set);
    }
    Credentials.setFsGid(gid);
    Credentials.setFsUid(uid);
    try {
      calls.run();
    } finally {
      Credentials.setFsUid(0);
      Credentials.setFsGid(0);
      Credentials.setGroups(0, 0);
    }
    lines.add("as root");
  }

  /** Makes calls with a umask; else it is 0. */
  void withUmask(int mask, Runnable calls) {
    lines.add("umask %o".formatted(mask));
    ProcessControl.setUmask(mask);
    try {
      calls.run();
    } finally {
      ProcessControl.setUmask(0);
    }
  }

  @Override
  public void close() {
    open.forEach(FileOps::close);
    FileOps.close(directory);
    ProcessControl.setUmask(umask);
    strings.close();
    arena.close();
  }
}
