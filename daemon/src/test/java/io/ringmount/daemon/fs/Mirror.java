package io.ringmount.daemon.fs;

import io.ringmount.channels.Bytes;
import io.ringmount.channels.Custody;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Name;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.channels.wire.SetattrValid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A file system under test, called as the kernel would through a channel. */
final class Mirror implements AutoCloseable {
  static final long ROOT = FileSystem.ROOT;
  static final long SECOND = 1_000_000_000L;
  static final MirrorOptions OPTIONS =
      new MirrorOptions(SECOND, SECOND, 0, false, PassedThrough.NONE, 1000);
  static final Caller ROOT_USER = new Caller(0, 0, 4711);

  /** Who asks. */
  record Caller(int uid, int gid, int pid, int umask, boolean isGivenUp) implements Request {
    Caller(int uid, int gid, int pid) {
      this(uid, gid, pid, 0);
    }

    Caller(int uid, int gid, int pid, int umask) {
      this(uid, gid, pid, umask, false);
    }

    @Override
    public void onInterrupt(Runnable action) {}

    @Override
    public long unique() {
      return 2;
    }

    @Override
    public int opcode() {
      return 0;
    }

    @Override
    public long journal() {
      return JOURNAL.address();
    }

    @Override
    public boolean isResumed() {
      return false;
    }
  }

  private static final MemorySegment JOURNAL = Arena.global().allocate(Request.JOURNAL_SIZE, 64);

  /** The process that serves. */
  MirrorFileSystem fs;

  /** Holds on to what outlives a process; {@code null} if nothing does. */
  final Vault vault;

  private final Path source;
  private final MirrorOptions options;
  private final Set<Source.Pretence> pretences;
  private final List<MirrorFileSystem> predecessors = new ArrayList<>();
  private final List<Map<String, Integer>> inheritances = new ArrayList<>();

  private final int umask;

  private Mirror(
      Path source,
      MirrorOptions options,
      DescriptorBudget budget,
      Set<Source.Pretence> pretences,
      Vault vault)
      throws IOException {
    this.source = source.toAbsolutePath();
    this.options = options;
    this.pretences = pretences;
    this.vault = vault;
    umask = ProcessControl.setUmask(0);
    ProcessControl.setUmask(umask);
    Custody custody = vault == null ? Custody.NONE : vault;
    fs = new MirrorFileSystem(new Source(source, budget, pretences), options, custody);
  }

  Mirror(Path source, MirrorOptions options) throws IOException {
    this(source, options, new DescriptorBudget(options.descriptorBudget(), 10_000), Set.of(), null);
  }

  Mirror(Path source, DescriptorBudget budget, Source.Pretence pretence) throws IOException {
    this(source, OPTIONS, budget, Set.of(pretence), null);
  }

  Mirror(Path source) throws IOException {
    this(source, OPTIONS);
  }

  /** One whose process can be replaced. */
  static Mirror replaceable(Path source, MirrorOptions options, Source.Pretence... pretences)
      throws IOException {
    DescriptorBudget budget = new DescriptorBudget(options.descriptorBudget(), 10_000);
    return new Mirror(source, options, budget, Set.of(pretences), new Vault());
  }

  /** A process that is ready to go on, and does not serve yet. */
  MirrorFileSystem standby() throws IOException {
    return standby(vault.inheritance());
  }

  MirrorFileSystem standby(Map<String, Integer> inherited) throws IOException {
    inheritances.add(inherited);
    return MirrorFileSystem.resume(
        source.resolve("not where it was"), options, vault, inherited, pretences);
  }

  /** Lets another process go on while the present one still runs. */
  MirrorFileSystem handOver(MirrorFileSystem standby) {
    MirrorFileSystem old = fs;
    predecessors.add(old);
    fs = standby;
    fs.takeOver();
    return old;
  }

  /** What was inherited and never needed goes with the process as well. */
  private void closeInheritances() {
    for (Map<String, Integer> each : inheritances) {
      each.values().forEach(FileOps::close);
    }
    inheritances.clear();
  }

  /** The process ends, and with it its descriptors; another one goes on. */
  void crash() throws IOException {
    fs.close();
    closeInheritances();
    fs = standby();
    fs.takeOver();
    fs.predecessorsGone();
  }

  static MirrorOptions withBudget(int descriptors) {
    return new MirrorOptions(SECOND, SECOND, 0, false, PassedThrough.NONE, descriptors);
  }

  @Override
  public void close() {
    fs.close();
    predecessors.forEach(MirrorFileSystem::close);
    closeInheritances();
    if (vault != null) {
      vault.close();
    }
    Scratch.get().umask(umask);
  }

  /** How many descriptors of this process lead into the source. */
  long descriptors() {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(each -> leadsInto(each, source)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean leadsInto(Path descriptor, Path directory) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(directory);
    } catch (IOException e) {
      return false; // closed meanwhile: it was the listing's own
    }
  }

  // ---- names -----------------------------------------------------------------------------------

  Answer.OfLookup lookup(long parent, String name) {
    Answer.OfLookup answer = new Answer.OfLookup();
    fs.lookup(ROOT_USER, parent, Name.of(name), answer);
    return answer;
  }

  /** The node of a path below the root. */
  long node(String path) {
    long node = ROOT;
    for (Path name : Path.of(path)) {
      node = lookup(node, name.toString()).node();
    }
    return node;
  }

  Answer.OfLookup mkdir(Request caller, long parent, String name, int mode) {
    Answer.OfLookup answer = new Answer.OfLookup();
    fs.mkdir(caller, parent, Name.of(name), mode, answer);
    return answer;
  }

  Answer.OfLookup mknod(Request caller, long parent, String name, int mode, int device) {
    Answer.OfLookup answer = new Answer.OfLookup();
    fs.mknod(caller, parent, Name.of(name), mode, device, answer);
    return answer;
  }

  Answer.OfLookup symlink(Request caller, long parent, String name, String target) {
    Answer.OfLookup answer = new Answer.OfLookup();
    fs.symlink(caller, parent, Name.of(name), Name.of(target), answer);
    return answer;
  }

  Answer.OfEntry create(Request caller, long parent, String name, int mode, int flags) {
    return create(caller, parent, name, mode, flags, false);
  }

  Answer.OfEntry create(
      Request caller, long parent, String name, int mode, int flags, boolean kill) {
    Answer.OfEntry answer = new Answer.OfEntry();
    fs.create(caller, parent, Name.of(name), FileFlags.S_IFREG | mode, flags, kill, answer);
    return answer;
  }

  Answer.OfLookup link(long node, long parent, String name) {
    return link(ROOT_USER, node, parent, name);
  }

  Answer.OfLookup link(Request caller, long node, long parent, String name) {
    Answer.OfLookup answer = new Answer.OfLookup();
    fs.link(caller, node, parent, Name.of(name), answer);
    return answer;
  }

  Answer unlink(long parent, String name) {
    return unlink(ROOT_USER, parent, name);
  }

  Answer unlink(Request caller, long parent, String name) {
    Answer answer = new Answer();
    fs.unlink(caller, parent, Name.of(name), answer);
    return answer;
  }

  Answer rmdir(long parent, String name) {
    return rmdir(ROOT_USER, parent, name);
  }

  Answer rmdir(Request caller, long parent, String name) {
    Answer answer = new Answer();
    fs.rmdir(caller, parent, Name.of(name), answer);
    return answer;
  }

  Answer rename(long parent, String name, long newParent, String newName, int flags) {
    return rename(ROOT_USER, parent, name, newParent, newName, flags);
  }

  Answer rename(
      Request caller, long parent, String name, long newParent, String newName, int flags) {
    Answer answer = new Answer();
    fs.rename(caller, parent, Name.of(name), newParent, Name.of(newName), flags, answer);
    return answer;
  }

  // ---- attributes ------------------------------------------------------------------------------

  Answer.OfAttributes getattr(long node, long handle) {
    Answer.OfAttributes answer = new Answer.OfAttributes();
    fs.getattr(ROOT_USER, node, handle, answer);
    return answer;
  }

  Answer.OfAttributes getattr(long node) {
    return getattr(node, FileSystem.NO_HANDLE);
  }

  Answer.OfStatx statx(long node, long handle) {
    int mask = FileFlags.STATX_BASIC_STATS | FileFlags.STATX_BTIME;
    Answer.OfStatx answer = new Answer.OfStatx();
    fs.statx(ROOT_USER, node, handle, mask, answer);
    return answer;
  }

  Answer.OfAttributes setattr(long node, Change change) {
    Answer.OfAttributes answer = new Answer.OfAttributes();
    fs.setattr(ROOT_USER, node, change.in, answer);
    return answer;
  }

  Answer.OfData readlink(long node) {
    Answer.OfData answer = new Answer.OfData(4096);
    fs.readlink(ROOT_USER, node, answer);
    return answer;
  }

  Answer.OfStatfs statfs(long node) {
    Answer.OfStatfs answer = new Answer.OfStatfs();
    fs.statfs(ROOT_USER, node, answer);
    return answer;
  }

  /** A SETATTR to be. */
  static final class Change {
    private final long memory = Arena.global().allocate(SetattrIn.SIZE, 8).address();
    final SetattrIn in = new SetattrIn();

    Change() {
      in.wrap(memory);
    }

    Change valid(int bits) {
      Memory.putInt(memory, Memory.getInt(memory) | bits);
      return this;
    }

    Change handle(long handle) {
      Memory.putLong(memory + 8, handle);
      return valid(SetattrValid.HANDLE);
    }

    Change size(long size) {
      Memory.putLong(memory + 16, size);
      return valid(SetattrValid.SIZE);
    }

    Change mode(int mode) {
      Memory.putInt(memory + 68, mode);
      return valid(SetattrValid.MODE);
    }

    Change uid(int uid) {
      Memory.putInt(memory + 76, uid);
      return valid(SetattrValid.UID);
    }

    Change gid(int gid) {
      Memory.putInt(memory + 80, gid);
      return valid(SetattrValid.GID);
    }

    Change accessTime(long seconds, int nanos) {
      Memory.putLong(memory + 32, seconds);
      Memory.putInt(memory + 56, nanos);
      return valid(SetattrValid.ACCESS_TIME);
    }

    Change modificationTime(long seconds, int nanos) {
      Memory.putLong(memory + 40, seconds);
      Memory.putInt(memory + 60, nanos);
      return valid(SetattrValid.MODIFICATION_TIME);
    }
  }

  Answer setxattr(Request caller, long node, String name, String value, int flags) {
    return setxattr(caller, node, name, value.getBytes(StandardCharsets.UTF_8), flags);
  }

  Answer setxattr(Request caller, long node, String name, byte[] bytes, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(bytes.length + 1L).address();
      Memory.copy(bytes, 0, address, bytes.length);
      Bytes view = new Bytes();
      view.wrap(address, bytes.length);
      Answer answer = new Answer();
      fs.setxattr(caller, node, Name.of(name), view, flags, answer);
      return answer;
    }
  }

  Answer setxattr(long node, String name, String value, int flags) {
    return setxattr(ROOT_USER, node, name, value, flags);
  }

  /** Reads an attribute, with room for all that is wanted. */
  Answer.OfXattr getxattr(long node, String name, int wanted) {
    Answer.OfXattr answer = new Answer.OfXattr(wanted, wanted);
    fs.getxattr(ROOT_USER, node, Name.of(name), answer);
    return answer;
  }

  Answer.OfXattr listxattr(Request caller, long node, int wanted) {
    Answer.OfXattr answer = new Answer.OfXattr(wanted, wanted);
    fs.listxattr(caller, node, answer);
    return answer;
  }

  Answer removexattr(Request caller, long node, String name) {
    Answer answer = new Answer();
    fs.removexattr(caller, node, Name.of(name), answer);
    return answer;
  }

  // ---- open files ------------------------------------------------------------------------------

  Answer.OfOpen open(long node, int flags) {
    return open(node, flags, false);
  }

  Answer.OfOpen open(long node, int flags, boolean killPrivileges) {
    return open(ROOT_USER, node, flags, killPrivileges);
  }

  Answer.OfOpen open(Request caller, long node, int flags, boolean killPrivileges) {
    Answer.OfOpen answer = new Answer.OfOpen();
    fs.open(caller, node, flags, killPrivileges, answer);
    return answer;
  }

  Answer.OfData read(long node, long handle, long offset, int size) {
    Answer.OfData answer = new Answer.OfData(Math.max(size, 4096));
    fs.read(ROOT_USER, node, handle, offset, size, answer);
    return answer;
  }

  Answer.OfWrite write(long node, long handle, long offset, String text, boolean kill) {
    return write(ROOT_USER, node, handle, offset, text, kill);
  }

  Answer.OfWrite write(
      Request caller, long node, long handle, long offset, String text, boolean kill) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocateDirect(bytes.length + 16);
    data.position(5).put(bytes).limit(data.position()).position(5);
    Answer.OfWrite answer = new Answer.OfWrite();
    fs.write(caller, node, handle, offset, data, kill, answer);
    return answer;
  }

  /** The content of a file: opened, read and released. */
  String content(long node) {
    long handle = open(node, FileFlags.O_RDONLY).handle();
    String text = read(node, handle, 0, 4096).text();
    release(node, handle).assertDone();
    return text;
  }

  Answer.OfEntry tmpfile(Request caller, long parent, int mode, int flags) {
    Answer.OfEntry answer = new Answer.OfEntry();
    fs.tmpfile(caller, parent, FileFlags.S_IFREG | mode, flags | FileFlags.O_TMPFILE, answer);
    return answer;
  }

  Answer.OfLseek lseek(long node, long handle, long offset, int whence) {
    Answer.OfLseek answer = new Answer.OfLseek();
    fs.lseek(ROOT_USER, node, handle, offset, whence, answer);
    return answer;
  }

  Answer fallocate(long node, long handle, long offset, long length, int mode) {
    Answer answer = new Answer();
    fs.fallocate(ROOT_USER, node, handle, offset, length, mode, answer);
    return answer;
  }

  Answer.OfCopy copy(
      long node, long handle, long offset, long toNode, long toHandle, long toOffset, long length) {
    Answer.OfCopy answer = new Answer.OfCopy();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(CopyFileRangeIn.SIZE, Long.BYTES);
      struct.copyFrom(
          MemorySegment.ofArray(
              new long[] {handle, offset, toNode, toHandle, toOffset, length, 0}));
      CopyFileRangeIn range = new CopyFileRangeIn();
      range.wrap(struct.address());
      fs.copyFileRange(ROOT_USER, node, range, length, answer);
    }
    return answer;
  }

  Answer flush(long node, long handle) {
    Answer answer = new Answer();
    fs.flush(ROOT_USER, node, handle, answer);
    return answer;
  }

  Answer release(long node, long handle) {
    return release(ROOT_USER, node, handle);
  }

  Answer release(Request caller, long node, long handle) {
    Answer answer = new Answer();
    fs.release(caller, node, handle, answer);
    return answer;
  }

  Answer fsync(long node, long handle, boolean dataOnly) {
    Answer.OfSync answer = new Answer.OfSync();
    fs.fsync(ROOT_USER, node, handle, dataOnly, answer);
    return answer;
  }

  Answer.OfOpen opendir(long node) {
    return opendir(ROOT_USER, node);
  }

  Answer.OfOpen opendir(Request caller, long node) {
    Answer.OfOpen answer = new Answer.OfOpen();
    fs.opendir(caller, node, FileFlags.O_RDONLY, answer);
    return answer;
  }

  Answer.OfDirectory readdir(long node, long handle, long cookie, boolean plus, int capacity) {
    Answer.OfDirectory answer = new Answer.OfDirectory(plus, capacity);
    fs.readdir(ROOT_USER, node, handle, cookie, answer);
    return answer;
  }
}
