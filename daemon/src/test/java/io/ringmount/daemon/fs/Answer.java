package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.BackendFile;
import io.ringmount.channels.CopyReply;
import io.ringmount.channels.CreateReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.DirectoryReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.LseekReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Reply;
import io.ringmount.channels.StatfsReply;
import io.ringmount.channels.StatxReply;
import io.ringmount.channels.SyncReply;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.XattrReply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.Dirent;
import io.ringmount.channels.wire.DirentPlus;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.OpenOut;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.StatxOut;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;

/** Replies that remember what they were given, for tests without a mount. */
class Answer implements Reply {
  private boolean given;
  private int errno;

  @Override
  public void done() {
    assertFalse(given, "answered twice");
    given = true;
  }

  @Override
  public void error(int errno) {
    done();
    this.errno = errno;
  }

  /** The error number, 0 for success. */
  int errno() {
    assertEquals(true, given, "not answered");
    return errno;
  }

  void assertDone() {
    assertErrno(0);
  }

  void assertErrno(int expected) {
    assertEquals(Errno.describe(expected), Errno.describe(errno()));
  }

  /** The answer to all that yields an entry, a handle, or both. */
  static class OfEntry extends Answer implements CreateReply {
    private final MemorySegment memory = Arena.ofAuto().allocate(Entry.SIZE + OpenOut.SIZE, 8);
    private final Entry entry = new Entry();
    private final OpenOut open = new OpenOut();

    OfEntry() {
      entry.wrap(memory.address());
      open.wrap(memory.address() + Entry.SIZE);
    }

    @Override
    public Entry entry() {
      return entry;
    }

    @Override
    public OpenOut open() {
      return open;
    }

    long node() {
      assertDone();
      return Memory.getLong(memory.address());
    }

    /** Nanoseconds that the name may be trusted. */
    long entryTimeout() {
      return Memory.getLong(memory.address() + 16) * 1_000_000_000
          + Memory.getInt(memory.address() + 32);
    }

    Attributes attributes() {
      assertDone();
      return entry.attributes();
    }

    long handle() {
      assertDone();
      return Memory.getLong(open.address());
    }

    int openFlags() {
      assertDone();
      return Memory.getInt(open.address() + 8);
    }
  }

  /** The answer to OPEN and OPENDIR: no entry. */
  static final class OfOpen extends Answer implements OpenReply {
    private final OfEntry inner = new OfEntry();

    @Override
    public OpenOut open() {
      return inner.open();
    }

    long handle() {
      assertDone();
      return Memory.getLong(inner.open().address());
    }

    int openFlags() {
      assertDone();
      return Memory.getInt(inner.open().address() + 8);
    }
  }

  /** The answer to LOOKUP and its like: no handle. */
  static final class OfLookup extends Answer implements EntryReply {
    private final OfEntry inner = new OfEntry();

    @Override
    public Entry entry() {
      return inner.entry();
    }

    long node() {
      assertDone();
      return Memory.getLong(inner.entry().address());
    }

    long entryTimeout() {
      return inner.entryTimeout();
    }

    Attributes attributes() {
      assertDone();
      return inner.entry().attributes();
    }
  }

  static final class OfAttributes extends Answer implements AttributesReply {
    private final MemorySegment memory = Arena.ofAuto().allocate(Attributes.SIZE, 8);
    private final Attributes attributes = new Attributes();
    private long timeout;

    OfAttributes() {
      attributes.wrap(memory.address());
    }

    @Override
    public Attributes attributes() {
      return attributes;
    }

    @Override
    public void timeout(long nanos) {
      timeout = nanos;
    }

    long timeout() {
      assertDone();
      return timeout;
    }
  }

  static final class OfData extends Answer implements DataReply {
    private final ByteBuffer buffer;

    OfData(int most) {
      buffer = ByteBuffer.allocateDirect(most);
    }

    @Override
    public ByteBuffer buffer() {
      return buffer;
    }

    @Override
    public void send(BackendFile file, long offset, int size) {
      long address = BufferUtil.address(buffer);
      long result = FileOps.pread(file.descriptor(), address, size, offset);
      file.release();
      if (result < 0) {
        error((int) -result);
      } else {
        buffer.position((int) result);
        done();
      }
    }

    byte[] bytes() {
      assertDone();
      byte[] bytes = new byte[buffer.position()];
      buffer.get(0, bytes);
      return bytes;
    }

    String text() {
      return new String(bytes(), StandardCharsets.UTF_8);
    }
  }

  static final class OfWrite extends Answer implements WriteReply {
    private int written = -1;

    @Override
    public void written(int bytes) {
      written = bytes;
    }

    @Override
    public void receive(BackendFile file, ByteBuffer data, long offset, int flags) {
      try (Arena arena = Arena.ofConfined()) {
        long vector = arena.allocate(16, 8).address();
        Memory.putLong(vector, BufferUtil.address(data) + data.position());
        Memory.putLong(vector + 8, data.remaining());
        long result = FileOps.pwritev2(file.descriptor(), vector, 1, offset, flags);
        file.release();
        if (result < 0) {
          error((int) -result);
        } else {
          written = (int) result;
          done();
        }
      }
    }

    int written() {
      assertDone();
      return written;
    }
  }

  static final class OfSync extends Answer implements SyncReply {
    @Override
    public void sync(BackendFile file, boolean dataOnly) {
      int fd = file.descriptor();
      long result = dataOnly ? FileOps.fdatasync(fd) : FileOps.fsync(fd);
      file.release();
      if (result < 0) {
        error((int) -result);
      } else {
        done();
      }
    }
  }

  /** The answer to GETXATTR and LISTXATTR. */
  static final class OfXattr extends Answer implements XattrReply {
    private final int wanted;
    private final ByteBuffer buffer;
    private int length = -1;

    /**
     * @param wanted what the caller takes
     * @param room what the reply has, behind some other bytes
     */
    OfXattr(int wanted, int room) {
      this.wanted = wanted;
      buffer = ByteBuffer.allocateDirect(OFFSET + room).position(OFFSET);
    }

    private static final int OFFSET = 8;

    @Override
    public int wanted() {
      return wanted;
    }

    @Override
    public ByteBuffer buffer() {
      return buffer;
    }

    @Override
    public void length(int bytes) {
      length = bytes;
    }

    /** What asks for none is told. */
    int length() {
      assertDone();
      return length;
    }

    String text() {
      assertDone();
      byte[] bytes = new byte[buffer.position() - OFFSET];
      buffer.get(OFFSET, bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  static final class OfStatx extends Answer implements StatxReply {
    private final MemorySegment memory = Arena.ofAuto().allocate(StatxOut.SIZE, 8);
    private final StatxOut statx = new StatxOut();

    OfStatx() {
      statx.wrap(memory.address());
    }

    @Override
    public StatxOut statx() {
      return statx;
    }

    /** Address of the {@code struct statx}. */
    long address() {
      assertDone();
      return statx.statx();
    }

    /** Seconds that the attributes may be trusted. */
    long timeoutSeconds() {
      return Memory.getLong(memory.address());
    }
  }

  static final class OfLseek extends Answer implements LseekReply {
    private long position = -1;

    @Override
    public void position(long offset) {
      position = offset;
    }

    long position() {
      assertDone();
      return position;
    }
  }

  static final class OfCopy extends Answer implements CopyReply {
    private long copied = -1;

    @Override
    public void copied(long bytes) {
      copied = bytes;
    }

    long copied() {
      assertDone();
      return copied;
    }
  }

  static final class OfStatfs extends Answer implements StatfsReply {
    private final MemorySegment memory = Arena.ofAuto().allocate(StatfsOut.SIZE, 8);
    private final StatfsOut statfs = new StatfsOut();

    OfStatfs() {
      statfs.wrap(memory.address());
    }

    @Override
    public StatfsOut statfs() {
      return statfs;
    }

    /** A field by its offset in {@code struct fuse_kstatfs}. */
    long field(int offset) {
      assertDone();
      return Memory.getLong(memory.address() + offset);
    }
  }

  /** One directory entry as the kernel would get it. */
  record Listed(String name, long cookie, long node, long inode, int mode, long size) {}

  static final class OfDirectory extends Answer implements DirectoryReply {
    private final boolean withAttributes;
    private final int capacity;
    private final MemorySegment memory = Arena.ofAuto().allocate(Entry.SIZE, 8);
    private final Entry entry = new Entry();
    final List<Listed> entries = new ArrayList<>();
    private int used;

    OfDirectory(boolean withAttributes, int capacity) {
      this.withAttributes = withAttributes;
      this.capacity = capacity;
      entry.wrap(memory.address());
    }

    @Override
    public boolean withAttributes() {
      return withAttributes;
    }

    @Override
    public int capacity() {
      return capacity;
    }

    private int size(Name name) {
      return withAttributes ? DirentPlus.sizeOf(name.length()) : Dirent.sizeOf(name.length());
    }

    @Override
    public boolean fits(Name name) {
      return used + size(name) <= capacity;
    }

    @Override
    public Entry entry() {
      return entry.clear();
    }

    @Override
    public void add(Name name, long nextCookie) {
      assertEquals(true, fits(name), "added without room");
      used += size(name);
      Attributes attributes = entry.attributes();
      entries.add(
          new Listed(
              name.toString(),
              nextCookie,
              Memory.getLong(memory.address()),
              attributes.inode(),
              attributes.mode(),
              attributes.size()));
    }
  }
}
