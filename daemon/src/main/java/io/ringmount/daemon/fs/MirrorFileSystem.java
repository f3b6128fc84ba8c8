package io.ringmount.daemon.fs;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.CreateReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.DirectoryReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Feature;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Name;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Reply;
import io.ringmount.channels.Request;
import io.ringmount.channels.StatfsReply;
import io.ringmount.channels.SyncReply;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.wire.SetattrIn;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * Mirrors a source directory.
 *
 * <p>Every operation goes to the backend at once, on the thread that calls, and answers before it
 * returns. Nothing is cached here; what the kernel caches is bounded by the {@link MirrorOptions}.
 *
 * <p><b>It never leaves the source.</b> Names are single components, used relative to a directory's
 * descriptor and never followed; everything else happens through descriptors. So neither symbolic
 * links nor renames at any moment lead elsewhere. A file that is moved out of the source remains
 * reachable for those who have it, as an open file does.
 *
 * <p><b>Permissions</b> are the kernel's to check: the mount needs {@code default_permissions}.
 * Only what makes files runs as the caller, for their owner's sake. The process needs umask 0, or
 * modes would be masked twice, and {@code /proc}.
 */
public final class MirrorFileSystem implements FileSystem, AutoCloseable {
  private final Source source;
  private final InodeTable inodes;
  private final HandleTable handles = new HandleTable();
  private final Names names;
  private final Creation creation;
  private final FileAttributes attributes;
  private final OpenFiles files;
  private final DirectoryReader directories;
  private final Set<Feature> features;

  /**
   * Opens the source directory. The limit of open files should be raised before.
   *
   * @throws LinuxException it cannot be opened, or is no directory
   */
  public MirrorFileSystem(Path directory, MirrorOptions options) throws LinuxException {
    this(new Source(directory, DescriptorBudget.ofProcess(options.descriptorBudget())), options);
  }

  /** Takes over a source that is open. */
  MirrorFileSystem(Source source, MirrorOptions options) throws LinuxException {
    this.source = source;
    inodes = new InodeTable(source);
    Answers answers = new Answers(options);
    Lookup lookup = new Lookup(source, inodes, answers);
    names = new Names(inodes, lookup, answers);
    attributes = new FileAttributes(inodes, handles, answers);
    files = new OpenFiles(inodes, handles, options.directIo());
    creation = new Creation(inodes, lookup, answers, files);
    directories = new DirectoryReader(handles, lookup, answers);
    features = Set.copyOf(features(options));
  }

  private static EnumSet<Feature> features(MirrorOptions options) {
    // Not CACHE_SYMLINKS: the kernel would keep a target for as long as it knows the link, beyond
    // every timeout, when a backend gives a changed link the same inode.
    EnumSet<Feature> features =
        EnumSet.of(
            Feature.READDIRPLUS,
            Feature.ATOMIC_TRUNCATE,
            Feature.KILL_PRIVILEGES,
            Feature.PARALLEL_DIRECTORY_OPERATIONS,
            Feature.INVALIDATE_CHANGED_DATA);
    if (options.directIo()) {
      features.add(Feature.MAP_DIRECT_IO);
    }
    return features;
  }

  @Override
  public Set<Feature> features() {
    return features;
  }

  // ---- names -----------------------------------------------------------------------------------

  /** Whether the backend is reached through a network, so that any call may wait for long. */
  public boolean isRemote() {
    return source.isShared();
  }

  @Override
  public boolean transfers() {
    return true;
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    names.lookup(parent, name, reply);
  }

  @Override
  public void forget(long node, long lookups) {
    inodes.forget(node, lookups);
  }

  @Override
  public void symlink(Request request, long parent, Name name, Name target, EntryReply reply) {
    creation.symlink(request, parent, name, target, reply);
  }

  @Override
  public void mknod(
      Request request, long parent, Name name, int mode, int device, EntryReply reply) {
    creation.mknod(request, parent, name, mode, device, reply);
  }

  @Override
  public void mkdir(Request request, long parent, Name name, int mode, EntryReply reply) {
    creation.mkdir(request, parent, name, mode, reply);
  }

  @Override
  public void create(
      Request request,
      long parent,
      Name name,
      int mode,
      int flags,
      boolean killPrivileges,
      CreateReply reply) {
    creation.create(request, parent, name, mode, flags, killPrivileges, reply);
  }

  @Override
  public void unlink(Request request, long parent, Name name, Reply reply) {
    names.remove(parent, name, 0, reply);
  }

  @Override
  public void rmdir(Request request, long parent, Name name, Reply reply) {
    names.remove(parent, name, FileFlags.AT_REMOVEDIR, reply);
  }

  @Override
  public void rename(
      Request request,
      long parent,
      Name name,
      long newParent,
      Name newName,
      int flags,
      Reply reply) {
    names.rename(parent, name, newParent, newName, flags, reply);
  }

  @Override
  public void link(Request request, long node, long newParent, Name newName, EntryReply reply) {
    names.link(node, newParent, newName, reply);
  }

  // ---- attributes ------------------------------------------------------------------------------

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    attributes.get(node, handle, reply);
  }

  @Override
  public void setattr(Request request, long node, SetattrIn change, AttributesReply reply) {
    attributes.set(node, change, reply);
  }

  @Override
  public void readlink(Request request, long node, DataReply reply) {
    attributes.readlink(node, reply);
  }

  @Override
  public void statfs(Request request, long node, StatfsReply reply) {
    attributes.statfs(node, reply);
  }

  // ---- open files ------------------------------------------------------------------------------

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    files.open(node, flags, killPrivileges, reply);
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    files.read(node, handle, offset, size, reply);
  }

  @Override
  public void write(
      Request request,
      long node,
      long handle,
      long offset,
      ByteBuffer data,
      boolean killPrivileges,
      WriteReply reply) {
    files.write(request, node, handle, offset, data, killPrivileges, reply);
  }

  @Override
  public void flush(Request request, long node, long handle, Reply reply) {
    files.flush(node, handle, reply);
  }

  @Override
  public void release(Request request, long node, long handle, Reply reply) {
    files.release(node, handle, reply);
  }

  @Override
  public void fsync(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    files.fsync(node, handle, dataOnly, reply);
  }

  @Override
  public void opendir(Request request, long node, int flags, OpenReply reply) {
    files.openDirectory(node, reply);
  }

  @Override
  public void readdir(Request request, long node, long handle, long cookie, DirectoryReply reply) {
    directories.read(node, handle, cookie, reply);
  }

  @Override
  public void releasedir(Request request, long node, long handle, Reply reply) {
    files.release(node, handle, reply);
  }

  @Override
  public void fsyncdir(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    files.fsync(node, handle, dataOnly, reply);
  }

  // ---- status ----------------------------------------------------------------------------------

  /** How many files the kernel knows, the root among them. */
  public int knownInodes() {
    return inodes.size();
  }

  /** How many files and directories are open. */
  public int openHandles() {
    return handles.size();
  }

  /**
   * How many descriptors are kept for files that the kernel knows; open files are not among them.
   */
  public int descriptorsHeld() {
    return source.descriptors().held();
  }

  /** How many forgets named an unknown node or more lookups than were counted; should be 0. */
  public long ignoredForgets() {
    return inodes.ignoredForgets();
  }

  /** Closes every descriptor; no operation may be running or come later. */
  @Override
  public void close() {
    handles.close();
    inodes.close();
    source.close();
  }
}
