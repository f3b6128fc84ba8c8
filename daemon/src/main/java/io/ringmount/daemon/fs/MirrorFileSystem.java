package io.ringmount.daemon.fs;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.BackingFiles;
import io.ringmount.channels.Bytes;
import io.ringmount.channels.CopyReply;
import io.ringmount.channels.CreateReply;
import io.ringmount.channels.Custody;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.DirectoryReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Feature;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.LseekReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Reply;
import io.ringmount.channels.Request;
import io.ringmount.channels.StatfsReply;
import io.ringmount.channels.StatxReply;
import io.ringmount.channels.SyncReply;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.XattrReply;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.daemon.cache.Cache;
import io.ringmount.daemon.cache.FileKey;
import io.ringmount.daemon.cache.Warmth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
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
 * Only what makes files runs as the caller, for their owner's sake. The process needs {@code
 * /proc}.
 */
public final class MirrorFileSystem implements FileSystem, AutoCloseable {
  /**
   * Not CACHE_SYMLINKS: the kernel would keep a target for as long as it knows the link, beyond
   * every timeout, when a backend gives a changed link the same inode.
   */
  private static final Set<Feature> ALWAYS =
      Set.of(
          Feature.READDIRPLUS,
          Feature.ATOMIC_TRUNCATE,
          Feature.KILL_PRIVILEGES,
          Feature.CALLERS_UMASK,
          Feature.PARALLEL_DIRECTORY_OPERATIONS,
          Feature.INVALIDATE_CHANGED_DATA);

  /** Offered whatever the source says now: the mount may have been made with them. */
  private static final Set<Feature> LATER =
      Set.of(Feature.ACCESS_CONTROL_LISTS, Feature.PASSTHROUGH);

  private final Source source;
  private final Custody custody;
  private final Records records;
  private final InodeTable inodes;
  private final InodeSuccession succession;
  private final HandleTable handles;
  private final Names names;
  private final Creation creation;
  private final FileAttributes attributes;
  private final ExtendedAttributes extendedAttributes;
  private final Passthrough passthrough;
  private final Copies copies;
  private final OpenFiles files;
  private final DirectoryReader directories;
  private final Set<Feature> features;

  /**
   * As the other, when nobody goes on after this process.
   *
   * @throws IOException the directory cannot be opened, or is none
   */
  public MirrorFileSystem(Path directory, MirrorOptions options) throws IOException {
    this(directory, options, Custody.NONE);
  }

  /**
   * Opens the source directory. The limit of open files should be raised before.
   *
   * @param custody is given {@code nodes}, {@code handles} and {@code node-1} at once, and {@code
   *     node-<number>} for each file that a successor could not find otherwise
   * @throws IOException the directory cannot be opened, or is none; or custody fails
   */
  public MirrorFileSystem(Path directory, MirrorOptions options, Custody custody)
      throws IOException {
    this(new Source(directory, budget(options)), options, custody);
  }

  /** Takes over a source that is open; a failure closes it. */
  MirrorFileSystem(Source source, MirrorOptions options, Custody custody) throws IOException {
    this(source, options, records(source, custody), custody, offered(source, options));
    try {
      keepAgain();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static Records records(Source source, Custody custody) throws LinuxException {
    try {
      return Records.create(custody);
    } catch (LinuxException e) {
      source.close();
      throw e;
    }
  }

  /**
   * Gets ready to go on where another process is or was: what the kernel knows and has open there
   * it will find here, files being opened when they are first used. Nothing is served before {@link
   * #takeOver}.
   *
   * @param directory the source, if {@code node-1} is not inherited
   * @param custody holds on to what was inherited
   * @param inherited what that process gave into custody, by name, and may still give until it
   *     ends; any thread may change it. Whoever removes an entry owns its descriptor: entries that
   *     are needed are removed here, those of other names are left alone
   * @throws IOException the records cannot be used
   */
  public static MirrorFileSystem resume(
      Path directory, MirrorOptions options, Custody custody, Map<String, Integer> inherited)
      throws IOException {
    return resume(directory, options, custody, inherited, Set.of());
  }

  /** As the other, for tests: a backend that is not at hand. */
  static MirrorFileSystem resume(
      Path directory,
      MirrorOptions options,
      Custody custody,
      Map<String, Integer> inherited,
      Set<Source.Pretence> pretences)
      throws IOException {
    Records records = Records.adopt(custody, inherited);
    Source source;
    try {
      int root = records.custody().take(ROOT);
      source =
          root == Inode.NO_DESCRIPTOR
              ? new Source(directory, budget(options), pretences)
              : new Source(root, budget(options), pretences);
    } catch (IOException e) {
      records.close();
      throw e;
    }
    MirrorFileSystem resumed = new MirrorFileSystem(source, options, records, custody, LATER);
    resumed.passthrough.alone(false);
    return resumed;
  }

  /** Whether {@link #resume} wants what is in custody under a name. */
  public static boolean inherits(String name) {
    return Records.isName(name);
  }

  private static DescriptorBudget budget(MirrorOptions options) throws LinuxException {
    return DescriptorBudget.ofProcess(options.descriptorBudget());
  }

  /** Goes on with the records, or begins them; a failure closes them and the source. */
  private MirrorFileSystem(
      Source source, MirrorOptions options, Records records, Custody custody, Set<Feature> offered)
      throws IOException {
    this.source = source;
    this.custody = custody;
    this.records = records;
    try {
      inodes = new InodeTable(source, records.nodes(), records.custody());
    } catch (IOException e) {
      source.close();
      records.close();
      throw e;
    }
    succession = inodes.succession();
    handles = new HandleTable(inodes, records.handles());
    copies = new Copies(inodes);
    Answers answers = new Answers(options, copies);
    Lookup lookup = new Lookup(inodes, answers);
    Nameless nameless = new Nameless(inodes, records.custody());
    names = new Names(inodes, lookup, answers, nameless);
    attributes = new FileAttributes(inodes, handles, answers, copies);
    extendedAttributes =
        new ExtendedAttributes(inodes, offered.contains(Feature.ACCESS_CONTROL_LISTS));
    passthrough = new Passthrough(passedThrough(source, options));
    files =
        new OpenFiles(
            inodes,
            handles,
            nameless,
            passthrough,
            copies,
            options.directIo(),
            source.tellsChanges());
    directories = new DirectoryReader(handles, lookup, answers);
    features = features(options, offered);
    try {
      creation = new Creation(inodes, lookup, answers, files, new Traces(source));
    } catch (LinuxException e) {
      close();
      throw e;
    }
  }

  /** What depends on the source and is settled when the mount is made. */
  private static Set<Feature> offered(Source source, MirrorOptions options) {
    EnumSet<Feature> offered = EnumSet.noneOf(Feature.class);
    if (source.hasAccessControlLists()) {
      offered.add(Feature.ACCESS_CONTROL_LISTS);
    }
    if (passedThrough(source, options) != PassedThrough.NONE) {
      offered.add(Feature.PASSTHROUGH);
    }
    return offered;
  }

  private static PassedThrough passedThrough(Source source, MirrorOptions options) {
    boolean past = options.passedThrough() == PassedThrough.SOURCE && source.isShared();
    return past || options.directIo() ? PassedThrough.NONE : options.passedThrough();
  }

  private static Set<Feature> features(MirrorOptions options, Set<Feature> offered) {
    EnumSet<Feature> features = EnumSet.copyOf(ALWAYS);
    features.addAll(offered);
    if (options.directIo()) {
      features.add(Feature.MAP_DIRECT_IO);
    }
    return Set.copyOf(features);
  }

  @Override
  public Set<Feature> features() {
    return features;
  }

  @Override
  public void agreed(Set<Feature> agreed, BackingFiles backingFiles) {
    if (agreed.contains(Feature.PASSTHROUGH)) {
      passthrough.agreed(backingFiles);
    }
    extendedAttributes.serveLists(agreed.contains(Feature.ACCESS_CONTROL_LISTS));
  }

  // ---- succession ------------------------------------------------------------------------------

  /**
   * Learns what the one that serves has changed, so that {@link #takeOver} finds little to learn.
   */
  public synchronized void follow() {
    succession.catchUp();
    handles.catchUp();
  }

  /**
   * The predecessor takes no more requests: from now on this process serves. What that one may
   * still be doing is learned as it is needed.
   */
  public synchronized void takeOver() {
    records.takeOver();
    follow();
  }

  /**
   * Gives into custody all that belongs there: whoever had it may have lost it.
   *
   * @throws IOException custody fails
   */
  public void keepAgain() throws IOException {
    records.keep(custody, source.root());
    succession.keepAgain();
  }

  /**
   * No process that served before exists any more: what they left unfinished is cleared up, while
   * this one serves. Takes the longer the more files are known.
   */
  public synchronized void predecessorsGone() {
    succession.catchUp();
    handles.catchUp();
    succession.freeAbandoned();
    handles.freeAbandoned();
    passthrough.alone(true);
    succession.closeBackings(passthrough);
  }

  /** This process has stopped to serve, and another is about to begin. */
  public void leave() {
    passthrough.alone(false);
  }

  /** What finds nodes that the kernel has forgotten unnoticed; none of its steps after close. */
  public LookupAudit lookupAudit() {
    return inodes.audit();
  }

  // ---- names -----------------------------------------------------------------------------------

  /** Whether the backend is reached through a network, so that any call may wait for long. */
  public boolean isRemote() {
    return source.isShared();
  }

  /**
   * Reads from copies where it can, and has them made.
   *
   * @param cache of this source, which stays the caller's; before any operation
   */
  public void use(Cache cache) {
    copies.use(cache, source.root());
  }

  /**
   * Has a file be copied into the cache, which there must be; may wait for the backend.
   *
   * @param path relative to the source, without symbolic links
   * @param pin whether the copy is to stay
   */
  public Warmth warm(String path, boolean pin) {
    return copies.warm(source.root(), path, pin);
  }

  /**
   * By what the cache knows a file; may wait for the backend.
   *
   * @param path relative to the source, without symbolic links
   * @return empty when there is no such file
   */
  public Optional<FileKey> cacheKey(String path) {
    return copies.key(source.root(), path);
  }

  @Override
  public void beginThread() {
    // Also for what a system call keeps for the thread.
    FileOps.fstatx(source.root(), FileFlags.STATX_BASIC_STATS, Scratch.get().statx);
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
  public void tmpfile(Request request, long parent, int mode, int flags, CreateReply reply) {
    creation.tmpfile(request, parent, mode, flags, reply);
  }

  @Override
  public void unlink(Request request, long parent, Name name, Reply reply) {
    names.remove(request, parent, name, 0, reply);
  }

  @Override
  public void rmdir(Request request, long parent, Name name, Reply reply) {
    names.remove(request, parent, name, FileFlags.AT_REMOVEDIR, reply);
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
    names.rename(request, parent, name, newParent, newName, flags, reply);
  }

  @Override
  public void link(Request request, long node, long newParent, Name newName, EntryReply reply) {
    names.link(request, node, newParent, newName, reply);
  }

  // ---- attributes ------------------------------------------------------------------------------

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    attributes.get(node, handle, reply);
  }

  @Override
  public void statx(Request request, long node, long handle, int mask, StatxReply reply) {
    attributes.statx(node, handle, mask, reply);
  }

  @Override
  public void setattr(Request request, long node, SetattrIn change, AttributesReply reply) {
    attributes.set(request, node, change, reply);
  }

  @Override
  public void readlink(Request request, long node, DataReply reply) {
    attributes.readlink(node, reply);
  }

  @Override
  public void statfs(Request request, long node, StatfsReply reply) {
    attributes.statfs(node, reply);
  }

  @Override
  public void setxattr(Request request, long node, Name name, Bytes value, int flags, Reply reply) {
    extendedAttributes.set(request, node, name, value, flags, reply);
  }

  @Override
  public void getxattr(Request request, long node, Name name, XattrReply reply) {
    extendedAttributes.get(node, name, reply);
  }

  @Override
  public void listxattr(Request request, long node, XattrReply reply) {
    extendedAttributes.list(request, node, reply);
  }

  @Override
  public void removexattr(Request request, long node, Name name, Reply reply) {
    extendedAttributes.remove(request, node, name, reply);
  }

  // ---- open files ------------------------------------------------------------------------------

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    files.open(request, node, flags, killPrivileges, reply);
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
  public void lseek(
      Request request, long node, long handle, long offset, int whence, LseekReply reply) {
    files.seek(node, handle, offset, whence, reply);
  }

  @Override
  public void fallocate(
      Request request, long node, long handle, long offset, long length, int mode, Reply reply) {
    files.allocate(request, node, handle, offset, length, mode, reply);
  }

  @Override
  public void copyFileRange(
      Request request, long node, CopyFileRangeIn range, long length, CopyReply reply) {
    files.copy(request, node, range, length, reply);
  }

  @Override
  public void flush(Request request, long node, long handle, Reply reply) {
    files.flush(node, handle, reply);
  }

  @Override
  public void release(Request request, long node, long handle, Reply reply) {
    files.release(request, node, handle, reply);
  }

  @Override
  public void fsync(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    files.fsync(node, handle, dataOnly, reply);
  }

  @Override
  public void opendir(Request request, long node, int flags, OpenReply reply) {
    files.openDirectory(request, node, reply);
  }

  @Override
  public void readdir(Request request, long node, long handle, long cookie, DirectoryReply reply) {
    directories.read(node, handle, cookie, reply);
  }

  @Override
  public void releasedir(Request request, long node, long handle, Reply reply) {
    files.release(request, node, handle, reply);
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

  /** How many records of an earlier process were ignored because they cannot be true. */
  public long ignoredRecords() {
    return inodes.ignoredRecords() + handles.ignoredRecords();
  }

  /**
   * Closes every descriptor; no operation may be running or come later. What is in custody stays as
   * it is, for whoever goes on.
   */
  @Override
  public void close() {
    handles.close();
    inodes.close();
    source.close();
    records.close();
  }
}
