package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Statx;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.BufferUtil;

/**
 * One version of a file, copied or being copied:
 *
 * <pre>
 *             ┌─ all of it is on the disk ─┐
 *   FILLING ──┘                            └─► CACHED ──┐
 *      │                                         ▲      │
 *      │        (found complete on the disk) ────┘      │
 *      ├──────────────► STALE: the file has another content, or may get one ◄──────┤
 *      ├──────────────► BAD: the copy cannot be read or written             ◄──────┤
 *      └──────────────► LEFT: what is on the disk is for another process    ◄──────┘
 * </pre>
 *
 * <p>From the last three nothing leads back: who opens the file then gets another object, or none.
 * A file without an object is not cached, or its complete copy lies on the disk.
 *
 * <p>Whoever has taken a use with {@link #retain} can read: the descriptor is closed by who gives
 * back the last one. Methods are for any thread, unless they say otherwise.
 */
public final class CachedFile {
  enum State {
    FILLING,
    CACHED,
    STALE,
    BAD,
    LEFT
  }

  private final FileKey key;
  private final FileVersion version;
  private final int blockBytes;
  private final BlockMap blocks;
  private final AtomicReference<State> state;
  private final AtomicInteger users = new AtomicInteger(1);

  /** Held while the copy's file is made, which can take long. */
  private final ReentrantLock preparing = new ReentrantLock();

  /** Of the backend's file, for the fill, which owns it; -1 when there is nothing to fill. */
  private final int source;

  /** The number by which the kernel reads it by itself; 0: it does not. */
  private volatile int backing;

  /** Of the copy; -1 before it is made. */
  private volatile int descriptor;

  private CachedFile(
      FileKey key, FileVersion version, int blockBytes, State state, int descriptor, int source) {
    this.key = key;
    this.version = version;
    this.blockBytes = blockBytes;
    this.blocks = new BlockMap(version.size(), blockBytes);
    this.state = new AtomicReference<>(state);
    this.descriptor = descriptor;
    this.source = source;
  }

  /**
   * A copy to be made.
   *
   * @param source of the backend's file, owned by the result
   */
  static CachedFile toFill(FileKey key, FileVersion version, int blockBytes, int source) {
    return new CachedFile(key, version, blockBytes, State.FILLING, -1, source);
  }

  /** The complete copy that a directory has of a file; null when it has none. */
  static CachedFile find(
      CacheDirectory directory, FileKey key, FileVersion version, int blockBytes, long notBefore) {
    int fd = directory.open(key, CacheDirectory.DATA, FileFlags.O_RDONLY, version.size());
    if (fd < 0) {
      return null;
    }
    CachedFile file = new CachedFile(key, version, blockBytes, State.CACHED, fd, -1);
    if (file.readMap(directory) < Math.max(1, notBefore)) {
      FileOps.close(fd);
      return null;
    }
    return file;
  }

  /** As {@link #find}, whatever version it is of. */
  static CachedFile findAny(CacheDirectory directory, FileKey key, int blockBytes) {
    ByteBuffer map = directory.readMap(key, MapFile.longest());
    FileVersion version = map == null ? null : MapFile.version(map);
    return version == null
            || version.size() <= 0
            || BlockMap.isTooLarge(version.size(), blockBytes)
            || map.remaining() != MapFile.length(BlockMap.blocks(version.size(), blockBytes))
        ? null
        : find(directory, key, version, blockBytes, 0);
  }

  /** As {@link MapFile#read}. */
  private long readMap(CacheDirectory directory) {
    ByteBuffer map = directory.readMap(key, MapFile.length(blocks.blocks()));
    return map == null ? -1 : MapFile.read(map, key, version, blocks, blockBytes);
  }

  FileKey key() {
    return key;
  }

  FileVersion version() {
    return version;
  }

  State state() {
    return state.get();
  }

  boolean isFilling() {
    return state.get() == State.FILLING;
  }

  /** Whether it may still be read. */
  boolean isUsable() {
    State now = state.get();
    return now == State.CACHED || now == State.FILLING;
  }

  /** Whether it was usable until this call, which has it be so no more. */
  boolean end(State with) {
    State before =
        state.getAndUpdate(now -> now == State.FILLING || now == State.CACHED ? with : now);
    return before == State.FILLING || before == State.CACHED;
  }

  /** Bytes that are there. */
  synchronized long bytesThere() {
    // The map of a complete copy has all its blocks.
    return Math.min(version.size(), (long) (blocks.blocks() - blocks.missing()) * blockBytes);
  }

  // ---- reading ---------------------------------------------------------------------------------

  /** Takes a use; false when nobody has one any more. */
  boolean retain() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      if (descriptor >= 0) {
        FileOps.close(descriptor);
      }
      if (source >= 0) {
        FileOps.close(source);
      }
    }
  }

  boolean isUnused() {
    return users.get() == 0;
  }

  /** Good as long as it is retained. */
  int descriptor() {
    return descriptor;
  }

  int backing() {
    return backing;
  }

  void backing(int id) {
    backing = id;
  }

  /** Whether what the file has in a range can be read from the copy. */
  boolean has(long offset, long length) {
    return switch (state.get()) {
      case CACHED -> true;
      case FILLING -> blocks.has(offset, length);
      case STALE, BAD, LEFT -> false;
    };
  }

  /** Whether bytes of a range are still to come. */
  synchronized boolean wants(long offset, int length) {
    return isFilling() && blocks.wants(offset, length);
  }

  // ---- filling ---------------------------------------------------------------------------------

  /** Of the backend's file. */
  int source() {
    return source;
  }

  /** To be held from {@link #isPrepared} to the end of {@link #make} and {@link #adopt}. */
  ReentrantLock preparing() {
    return preparing;
  }

  boolean isPrepared() {
    return descriptor >= 0;
  }

  /**
   * Makes the copy's file, or takes the one that is there. No other copy of the key may be made at
   * the same time.
   *
   * @return what the one that is there should have, to be {@linkplain #adopt adopted}; else null
   */
  BlockMap make(CacheDirectory directory) throws LinuxException {
    int there = directory.open(key, CacheDirectory.PART, FileFlags.O_RDWR, version.size());
    if (there >= 0) {
      BlockMap before = new BlockMap(version.size(), blockBytes);
      ByteBuffer map = directory.readMap(key, MapFile.length(before.blocks()));
      if (map != null && MapFile.read(map, key, version, before, blockBytes) >= 0) {
        descriptor = there;
        return before;
      }
      FileOps.close(there);
    }
    directory.remove(key);
    descriptor = directory.create(key, CacheDirectory.PART, version.size());
    return null;
  }

  /**
   * Goes on with what there is, as far as it has the checksums that it should have.
   *
   * @param room direct, a block
   */
  void adopt(BlockMap before, ByteBuffer room) {
    int fd = descriptor;
    for (int block = 0; block < before.blocks(); block++) {
      if (before.isSealed(block)
          && FileIo.sum(fd, before.start(block), before.length(block), room)
              == Integer.toUnsignedLong(before.sum(block))) {
        seal(block, before.sum(block));
      }
    }
  }

  /**
   * The next part to fetch.
   *
   * @param last whether from the end of the file, where who reads it in order comes last
   * @return null when nothing is left to fetch, though something may be on its way
   */
  synchronized BlockMap.Range missing(boolean last) {
    int block = last ? blocks.lastMissing() : blocks.nextMissing(0);
    return block < 0 ? null : blocks.missing(block);
  }

  /**
   * Writes what has come from the backend to the copy, which is prepared.
   *
   * @param data direct; from its start
   * @param room direct, a block; may be {@code data} itself
   */
  void write(ByteBuffer data, long offset, int length, ByteBuffer room) throws LinuxException {
    FileIo.write(descriptor, BufferUtil.address(data), length, offset, "a copy in the cache");
    BitSet whole;
    synchronized (this) {
      whole = blocks.add(offset, length);
    }
    for (int block = whole.nextSetBit(0); block >= 0; block = whole.nextSetBit(block + 1)) {
      boolean isAllOfIt = offset == blocks.start(block) && length == blocks.length(block);
      long sum =
          isAllOfIt
              ? Integer.toUnsignedLong(FileIo.sum(data, length))
              : FileIo.sum(descriptor, blocks.start(block), blocks.length(block), room);
      LinuxException.check(sum < 0 ? -Errno.EIO : 0, "read", "a copy in the cache");
      seal(block, (int) sum);
    }
  }

  private synchronized void seal(int block, int sum) {
    blocks.seal(block, sum);
  }

  /**
   * Whether a block of the complete copy has the checksum that it should have.
   *
   * @param fd to read it from
   * @param room direct, aligned for O_DIRECT, of a block
   */
  boolean isGood(int block, int fd, ByteBuffer room) {
    int length = blocks.length(block);
    // Whole pages, as O_DIRECT demands: the end of the file cuts it short.
    int whole = Math.ceilDiv(length, BlockMap.PAGE) * BlockMap.PAGE;
    return FileOps.pread(fd, BufferUtil.address(room), whole, blocks.start(block)) >= length
        && FileIo.sum(room, length) == blocks.sum(block);
  }

  int blocks() {
    return blocks.blocks();
  }

  /** Bytes of a block. */
  int length(int block) {
    return blocks.length(block);
  }

  /** These blocks are to be fetched again. */
  synchronized void unseal(BitSet bad) {
    bad.stream().forEach(blocks::unseal);
  }

  /** Whether the other is of the same file in the cache. */
  boolean isSameFile(CachedFile other) {
    try (Arena arena = Arena.ofConfined()) {
      long mine = arena.allocate(2L * Statx.SIZE, Long.BYTES).address();
      long others = mine + Statx.SIZE;
      return FileOps.fstatx(descriptor, FileFlags.STATX_BASIC_STATS, mine) >= 0
          && FileOps.fstatx(other.descriptor, FileFlags.STATX_BASIC_STATS, others) >= 0
          && Statx.inode(mine) == Statx.inode(others);
    }
  }

  synchronized boolean isWhole() {
    return blocks.missing() == 0;
  }

  /**
   * Writes down what is there, for a process that goes on with it.
   *
   * @param completed as in {@link MapFile}
   * @param lasting whether it is to be on the disk
   */
  void writeMap(CacheDirectory directory, long completed, boolean lasting) throws LinuxException {
    ByteBuffer map = ByteBuffer.allocateDirect(MapFile.length(blocks.blocks()));
    synchronized (this) {
      MapFile.write(map, key, version, blocks, blockBytes, completed);
    }
    directory.writeMap(key, map, lasting);
  }

  /** Has the data reach the disk. */
  void sync() throws LinuxException {
    LinuxException.check(FileOps.fdatasync(descriptor), "fdatasync", "a copy in the cache");
  }

  /** The copy is complete and has its name; false when it has become stale meanwhile. */
  boolean complete() {
    return state.compareAndSet(State.FILLING, State.CACHED);
  }
}
