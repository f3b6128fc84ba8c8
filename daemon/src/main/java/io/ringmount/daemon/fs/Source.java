package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.StatFs;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * The directory that is mirrored: its root, its file handles, and the descriptors that are held for
 * its files.
 *
 * <p>A file handle names a file for ever: inode number and generation, so that a later file with
 * the same inode number has another one.
 */
final class Source implements AutoCloseable {
  /** {@code struct file_handle}: u32 bytes behind the head, s32 type, bytes. */
  static final int HANDLE_HEAD = 8;

  private static final int NO_DESCRIPTOR = -1;
  private static final int OPEN_PATH = FileFlags.O_PATH | FileFlags.O_CLOEXEC;

  private static final long FUSE_TYPE = 0x65735546;

  /**
   * File systems that others write to ({@code include/uapi/linux/magic.h}): NFS, SMB, CIFS, SMB2,
   * 9P, Ceph, FUSE, AFS, Lustre, GPFS.
   */
  private static final long[] SHARED_TYPES = {
    0x6969,
    0x517b,
    0xff534d42L,
    0xfe534d42L,
    0x01021997,
    0x00c36400,
    FUSE_TYPE,
    0x5346414f,
    0x0bd00bd0,
    0x47504653
  };

  private static final long TMPFS_TYPE = 0x01021994;

  /** What is taken to be so whatever the backend says. */
  enum Pretence {
    /** It has no file handles. */
    NO_HANDLES,
    /** Others write to it, through a server. */
    SHARED
  }

  private final int root;

  /** The root again, not O_PATH: {@code open_by_handle_at} wants that. */
  private final int handleRoot;

  private final int mountId;
  private final boolean handles;
  private final boolean shared;
  private final boolean tellsChanges;
  private final boolean memory;
  private final boolean accessControlLists;
  private final DescriptorBudget descriptors;

  /**
   * Opens the source.
   *
   * @throws LinuxException the directory cannot be opened, or is none
   */
  Source(Path directory, DescriptorBudget descriptors) throws LinuxException {
    this(directory, descriptors, Set.of());
  }

  /** As the other, for tests: a backend that is not at hand. */
  Source(Path directory, DescriptorBudget descriptors, Set<Pretence> pretences)
      throws LinuxException {
    this(FileOps.open(directory, FileFlags.O_PATH | FileFlags.O_DIRECTORY), descriptors, pretences);
  }

  /**
   * A source whose root is open.
   *
   * @param root O_PATH descriptor, the source's own from now on
   */
  Source(int root, DescriptorBudget descriptors, Set<Pretence> pretences) {
    this.descriptors = descriptors;
    this.root = root;
    Scratch scratch = Scratch.get();
    this.handleRoot =
        (int)
            Math.max(
                NO_DESCRIPTOR,
                FileOps.openat(
                    FileFlags.AT_FDCWD,
                    scratch.pathOf(root),
                    FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_CLOEXEC,
                    0));
    boolean known = FileOps.fstatfs(root, scratch.statfs) == 0;
    long type = StatFs.type(scratch.statfs);
    this.memory = known && type == TMPFS_TYPE;
    this.accessControlLists = ExtendedAttributes.mayHaveAccessControlList(root, scratch);
    // A server of FUSE need not tell, while every local file system does.
    this.shared = pretences.contains(Pretence.SHARED) || !known || isShared(type);
    this.tellsChanges =
        pretences.contains(Pretence.SHARED) || (shared && known && type != FUSE_TYPE);
    boolean named = readHandle(root, FileOps.EMPTY_PATH, FileFlags.AT_EMPTY_PATH, scratch) == 0;
    this.mountId = named ? Memory.getInt(scratch.mountId) : 0;
    this.handles =
        !pretences.contains(Pretence.NO_HANDLES)
            && named
            && handleRoot >= 0
            && canOpen(scratch.handle);
  }

  private static boolean isShared(long type) {
    return Arrays.stream(SHARED_TYPES).anyMatch(each -> each == (type & 0xffffffffL));
  }

  /** Opening by handle needs CAP_DAC_READ_SEARCH beside the file system's support. */
  private boolean canOpen(long handle) {
    long fd = FileOps.openByHandleAt(handleRoot, handle, OPEN_PATH);
    if (fd < 0) {
      return false;
    }
    FileOps.close((int) fd);
    return true;
  }

  /** The root, opened with O_PATH. */
  int root() {
    return root;
  }

  /** Whether nothing but memory is behind its own files. */
  boolean isMemory() {
    return memory;
  }

  /** Whether others write to it, behind a network or another process. */
  boolean isShared() {
    return shared;
  }

  /**
   * Whether the attributes of a file tell at any time whether its content has changed. A local file
   * system's do not: pages that somebody has mapped and written to once are written to again
   * without a trace. A server of FUSE gives what attributes it likes.
   */
  boolean tellsChanges() {
    return tellsChanges;
  }

  /** Whether its files can have access control lists. */
  boolean hasAccessControlLists() {
    return accessControlLists;
  }

  /**
   * Whether others may remove a file and reuse its inode number while a descriptor of it is open
   * here: a network file system's server does not know our descriptors.
   */
  boolean numbersAreWeak() {
    return shared;
  }

  /** The descriptors that are held for its files. */
  DescriptorBudget descriptors() {
    return descriptors;
  }

  // ---- handles ---------------------------------------------------------------------------------

  /** Whether the files of the root's own mount have handles. */
  boolean hasHandles() {
    return handles;
  }

  /**
   * Reads the file handle of an open file into the scratch.
   *
   * @return {@code false} when it has none that {@link #openByHandle} can open: the backend knows
   *     no handles, or the file lies on another file system mounted inside the source
   */
  boolean readHandle(int fd, Scratch scratch) {
    return handles
        && readHandle(fd, FileOps.EMPTY_PATH, FileFlags.AT_EMPTY_PATH, scratch) >= 0
        && Memory.getInt(scratch.mountId) == mountId;
  }

  /**
   * Whether {@code path}, below {@code dirFd} and not followed, is the file of a handle.
   *
   * @param handle address of its {@code struct file_handle}
   * @param flags 0 or {@code AT_EMPTY_PATH}
   */
  boolean hasHandle(long handle, int dirFd, long path, int flags, Scratch scratch) {
    if (readHandle(dirFd, path, flags, scratch) < 0
        || Memory.getInt(scratch.mountId) != mountId
        || Memory.getLong(scratch.handle) != Memory.getLong(handle)) {
      return false;
    }
    int size = HANDLE_HEAD + Memory.getInt(scratch.handle);
    for (int i = HANDLE_HEAD; i < size; i++) {
      if (Memory.getByte(scratch.handle + i) != Memory.getByte(handle + i)) {
        return false;
      }
    }
    return true;
  }

  private static long readHandle(int dirFd, long path, int flags, Scratch scratch) {
    Memory.putInt(scratch.handle, Scratch.HANDLE_SIZE - HANDLE_HEAD);
    return FileOps.nameToHandleAt(dirFd, path, scratch.handle, scratch.mountId, flags);
  }

  /** Opens the file of the handle in the scratch; -ESTALE when it is gone. */
  long openByHandle(int flags, Scratch scratch) {
    return FileOps.openByHandleAt(handleRoot, scratch.handle, flags | FileFlags.O_CLOEXEC);
  }

  /** Closes the root; nothing of the source may be in use. */
  @Override
  public void close() {
    FileOps.close(root);
    if (handleRoot >= 0) {
      FileOps.close(handleRoot);
    }
  }
}
