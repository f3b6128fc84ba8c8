package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.channels.wire.Attributes;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * A few directories where empty files can be made, each once. Directories and files have numbers
 * for names, those of files are unique in all directories. How often each was made and by which
 * process is in memory that processes share, so that one can go on where another has stopped.
 */
final class CountedFiles implements FileSystem {
  /** Names are below this number. */
  static final int FILES = 1 << 20;

  /** A file: u64 how often it was made, u64 the process that made it last. */
  private static final int RECORD = 2 * Long.BYTES;

  private static final int MAKER = Long.BYTES;

  /** Bytes of the shared memory. */
  static final long BYTES = (long) FILES * RECORD;

  /** The kernel makes files of one directory one after the other. */
  static final int DIRECTORIES = 8;

  private static final long FIRST_DIRECTORY = ROOT + 1;
  private static final long FIRST_FILE = FIRST_DIRECTORY + DIRECTORIES;

  /** The making of one file, which waits. */
  private record Hold(int file, CountDownLatch arrived, CompletableFuture<Void> permit) {}

  private final long records;
  private final boolean blocks;
  private volatile Hold hold;

  /**
   * @param memory of {@link #BYTES}, mapped; stays the caller's
   * @param blocks whether what waits holds up the thread, or only the reply
   */
  CountedFiles(SharedMemory memory, boolean blocks) {
    this.records = memory.address();
    this.blocks = blocks;
  }

  /** Has the making of a file wait, in this process. */
  void hold(int file) {
    hold = new Hold(file, new CountDownLatch(1), new CompletableFuture<>());
  }

  /** What comes down when somebody wants the file that waits. */
  CountDownLatch arrived() {
    return hold.arrived;
  }

  /** Lets the file that waits, if any, be made. */
  void release() {
    if (hold != null) {
      hold.permit.complete(null);
    }
  }

  /** How often a file was made, by all processes together. */
  long made(int file) {
    return Memory.getLongAcquire(record(file));
  }

  /** The process that made a file last; 0 when none has. */
  long maker(int file) {
    return Memory.getLongAcquire(record(file) + MAKER);
  }

  private long record(int file) {
    return records + (long) file * RECORD;
  }

  @Override
  public Set<Feature> features() {
    return Set.of(Feature.PARALLEL_DIRECTORY_OPERATIONS);
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    int number = number(name);
    if (parent == ROOT && number >= 0 && number < DIRECTORIES) {
      enter(FIRST_DIRECTORY + number, reply);
      reply.done();
    } else if (parent != ROOT && number >= 0 && made(number) > 0) {
      enter(FIRST_FILE + number, reply);
      reply.done();
    } else {
      reply.error(Errno.ENOENT);
    }
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    describe(node, reply.attributes());
    reply.done();
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
    int file = number(name);
    Hold wanted = hold;
    if (file < 0) {
      reply.error(Errno.ENOSPC);
    } else if (wanted == null || wanted.file != file) {
      make(file, reply);
    } else {
      wanted.arrived.countDown();
      if (blocks) {
        wanted.permit.join();
        make(file, reply);
      } else {
        var _ = wanted.permit.thenRun(() -> make(file, reply));
      }
    }
  }

  private void make(int file, CreateReply reply) {
    Memory.putLongRelease(record(file) + MAKER, ProcessHandle.current().pid());
    Memory.getAndAddLong(record(file), 1);
    enter(FIRST_FILE + file, reply);
    reply.done();
  }

  /** Below 0 when it is the name of no file. */
  private static int number(Name name) {
    try {
      int number = Integer.parseInt(new String(name.toBytes(), US_ASCII));
      return number < FILES ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static void enter(long node, EntryReply reply) {
    describe(node, reply.entry().node(node).attributes());
  }

  private static void describe(long node, Attributes attributes) {
    if (node < FIRST_FILE) {
      attributes.inode(node).mode(040755).links(2);
    } else {
      attributes.inode(node).mode(0100644).links(1);
    }
  }
}
