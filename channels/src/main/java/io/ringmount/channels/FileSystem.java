package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.SetattrIn;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * A file system, as the channels serve it.
 *
 * <p>Every operation gets its request, its arguments and a {@link Reply}, and answers through the
 * reply: before it returns, or later from any thread. The calls come from the channel threads, many
 * at a time, and <em>must not block</em>: a channel serves all requests of its CPU. Names and
 * buffers are views of the request's memory and valid until the reply is given. An operation that
 * throws is answered with EIO and the cause is logged.
 *
 * <p>A <em>node</em> is the number the file system gave to a file in an {@link EntryReply}; the
 * root is {@link #ROOT}. The kernel counts the lookups of a node and returns them through {@link
 * #forget}; until then the number stays valid, also when the file is unlinked. A <em>handle</em> is
 * what the file system gave to an open file or directory.
 *
 * <p>An operation that is not overridden answers ENOSYS. The kernel then does without it for the
 * rest of the mount where it can (open, opendir, flush, fsync), or fails the call. Operations:
 * {@code include/uapi/linux/fuse.h}.
 */
public interface FileSystem {
  /** The node of the root directory. */
  long ROOT = 1;

  /** In place of a handle: the call is about the node, not about an open file. */
  long NO_HANDLE = -1;

  /**
   * What this file system offers beyond plain operations; of it the kernel takes what it knows,
   * once, when the mount is made. One that goes on with a mount of another process offers at least
   * what was taken then; what it offers beyond that is not used.
   */
  default Set<Feature> features() {
    return Set.of();
  }

  /**
   * Tells what of {@link #features} the mount has; before any operation.
   *
   * @param backingFiles to be used if {@link Feature#PASSTHROUGH} is among them, as long as this
   *     process serves
   */
  default void agreed(Set<Feature> features, BackingFiles backingFiles) {}

  /**
   * A channel's thread will call from now on; on that thread, before any operation and before this
   * process serves. What the file system keeps for each thread is best made here, else the thread's
   * first request waits for it. What it throws keeps the process from serving.
   */
  default void beginThread() {}

  /**
   * Whether {@link #read}, {@link #fsync}, {@link #fsyncdir} and those calls of {@link #write} that
   * clear no privileges return without waiting, because they answer with a {@link BackendFile}.
   * Matters with {@link Execution#DETACHED} only: these calls then need no thread of their own.
   */
  default boolean transfers() {
    return false;
  }

  /** Finds {@code name} in a directory. A missing name is ENOENT, or node 0 to have that cached. */
  default void lookup(Request request, long parent, Name name, EntryReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** The kernel drops {@code lookups} of its lookups of {@code node}. Has no reply. */
  default void forget(long node, long lookups) {}

  /**
   * @param handle an open file whose attributes are meant, or {@link #NO_HANDLE}
   */
  default void getattr(Request request, long node, long handle, AttributesReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * As {@link #getattr}, with the time of birth; the kernel asks when an application does.
   *
   * @param mask {@code STATX_*} bits of what is wanted
   */
  default void statx(Request request, long node, long handle, int mask, StatxReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** Changes the attributes that {@code change} names and answers with all of them. */
  default void setattr(Request request, long node, SetattrIn change, AttributesReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void readlink(Request request, long node, DataReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void symlink(Request request, long parent, Name name, Name target, EntryReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * @param mode type and permissions, the caller's umask applied unless {@link
   *     Feature#CALLERS_UMASK}
   * @param device device number in the kernel's 32-bit encoding, for device files
   */
  default void mknod(
      Request request, long parent, Name name, int mode, int device, EntryReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * @param mode permissions, the caller's umask applied unless {@link Feature#CALLERS_UMASK}
   */
  default void mkdir(Request request, long parent, Name name, int mode, EntryReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void unlink(Request request, long parent, Name name, Reply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void rmdir(Request request, long parent, Name name, Reply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * @param flags of renameat2(2)
   */
  default void rename(
      Request request,
      long parent,
      Name name,
      long newParent,
      Name newName,
      int flags,
      Reply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** Gives the file {@code node} one more name. */
  default void link(Request request, long node, long newParent, Name newName, EntryReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * @param flags of open(2), without O_CREAT, O_EXCL and O_NOCTTY
   * @param killPrivileges with O_TRUNC: clear set-user-id and set-group-id
   */
  default void open(
      Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Creates and opens a file; opens an existing one unless {@code flags} has O_EXCL.
   *
   * @param mode type and permissions, the caller's umask applied unless {@link
   *     Feature#CALLERS_UMASK}
   * @param killPrivileges with O_TRUNC of a file that exists: clear set-user-id and set-group-id
   */
  default void create(
      Request request,
      long parent,
      Name name,
      int mode,
      int flags,
      boolean killPrivileges,
      CreateReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Makes and opens a file without a name.
   *
   * @param parent the directory that it would be in: its file system
   * @param mode type and permissions, the caller's umask applied unless {@link
   *     Feature#CALLERS_UMASK}
   */
  default void tmpfile(Request request, long parent, int mode, int flags, CreateReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * @param offset in bytes, not negative
   * @param size the most bytes to answer with
   */
  default void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * @param data what to write, between position and limit; a direct buffer
   * @param killPrivileges clear set-user-id and set-group-id
   */
  default void write(
      Request request,
      long node,
      long handle,
      long offset,
      ByteBuffer data,
      boolean killPrivileges,
      WriteReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Finds data or a hole; ENXIO where there is none.
   *
   * @param offset where to begin; the kernel passes on any that an application gives
   * @param whence {@code SEEK_DATA} or {@code SEEK_HOLE} of lseek(2)
   */
  default void lseek(
      Request request, long node, long handle, long offset, int whence, LseekReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Reserves, frees or zeroes a part of a file.
   *
   * @param length more than 0; {@code offset + length} is not beyond 2^63
   * @param mode {@code FALLOC_FL_*} of fallocate(2)
   */
  default void fallocate(
      Request request, long node, long handle, long offset, long length, int mode, Reply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Copies from one open file to another, or within one.
   *
   * @param node what is copied from
   * @param range where it is, and where it goes; valid until the reply is given
   * @param length the most bytes to copy, in place of the range's own, which may be more than the
   *     reply can count; fewer are a success, from which the caller goes on
   */
  default void copyFileRange(
      Request request, long node, CopyFileRangeIn range, long length, CopyReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** One descriptor of the open file is being closed; an error is what close(2) returns. */
  default void flush(Request request, long node, long handle, Reply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** The last descriptor of the open file is gone; the handle ends. */
  default void release(Request request, long node, long handle, Reply reply) {
    reply.done();
  }

  /**
   * @param dataOnly as fdatasync(2)
   */
  default void fsync(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void opendir(Request request, long node, int flags, OpenReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Lists a directory, with attributes when {@link DirectoryReply#withAttributes}.
   *
   * @param cookie 0 at the start, else the cookie of the last entry the kernel has
   */
  default void readdir(Request request, long node, long handle, long cookie, DirectoryReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void releasedir(Request request, long node, long handle, Reply reply) {
    reply.done();
  }

  default void fsyncdir(
      Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void statfs(Request request, long node, StatfsReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /**
   * Sets an extended attribute.
   *
   * @param name with its namespace, such as {@code user.comment}
   * @param flags {@code XATTR_CREATE}: it must not be there; {@code XATTR_REPLACE}: it must
   */
  default void setxattr(
      Request request, long node, Name name, Bytes value, int flags, Reply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** Answers with the value of an extended attribute; ENODATA when there is none. */
  default void getxattr(Request request, long node, Name name, XattrReply reply) {
    reply.error(Errno.ENOSYS);
  }

  /** Answers with the names of all extended attributes, each followed by a NUL. */
  default void listxattr(Request request, long node, XattrReply reply) {
    reply.error(Errno.ENOSYS);
  }

  default void removexattr(Request request, long node, Name name, Reply reply) {
    reply.error(Errno.ENOSYS);
  }
}
