package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A tree of files in memory whose operations wait where a test wants them to, and that counts what
 * it has given out: what the kernel never heard of must come back too. Files are read and written
 * past the page cache, and nothing is cached, so that every call is a request.
 */
final class SlowFileSystem implements FileSystem, AutoCloseable {
  /** What can be made to wait. */
  enum Operation {
    LOOKUP,
    GETATTR,
    OPEN,
    CREATE,
    READ,
    WRITE,
    FLUSH,
    RELEASE,
    OPENDIR,
    READDIR,
    UNLINK
  }

  /** Where the file system waits and answers. */
  enum Style {
    /** On the thread that calls it. */
    BLOCKING,
    /** On threads of its own. */
    LATE
  }

  /** In place of an error: the operation throws. */
  static final int THROWS = Integer.MIN_VALUE;

  private static final long PATIENCE_SECONDS = 40;

  /** What an operation on a file comes to. */
  private record Failure(Operation operation, String file, int error) {}

  private static final class Node {
    private final long number;
    private final boolean directory;
    private final ConcurrentSkipListMap<String, Node> children = new ConcurrentSkipListMap<>();
    private final AtomicLong lookups = new AtomicLong();
    private final AtomicInteger running = new AtomicInteger();

    private Node(long number, boolean directory) {
      this.number = number;
      this.directory = directory;
    }
  }

  /** A place where requests wait until the test lets them go. */
  final class Gate implements AutoCloseable {
    private final Operation operation;
    private final String file;
    private final AtomicInteger arrived = new AtomicInteger();
    private final CountDownLatch open = new CountDownLatch(1);

    private Gate(Operation operation, String file) {
      this.operation = operation;
      this.file = file;
    }

    /** Returns when {@code count} requests in all have come to the gate. */
    void awaitArrived(int count) throws InterruptedException {
      Eventually.equal(count, arrived::get, () -> operation + " of " + file);
    }

    int arrived() {
      return arrived.get();
    }

    /** Lets all go, those that come later too. */
    void release() {
      gates.remove(this);
      open.countDown();
    }

    @Override
    public void close() {
      release();
    }

    private void pass() {
      arrived.incrementAndGet();
      try {
        if (!open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          forgotten = true;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final ConcurrentHashMap<Long, Node> nodes = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Gate> gates = new CopyOnWriteArrayList<>();
  private final Set<Long> handles = ConcurrentHashMap.newKeySet();
  private final AtomicLong numbers = new AtomicLong(ROOT);
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger mostRunning = new AtomicInteger();
  private final AtomicInteger mostOnOneNode = new AtomicInteger();
  private final ConcurrentHashMap<String, List<Long>> writes = new ConcurrentHashMap<>();
  private final ExecutorService late;
  private final Node root = node(true);
  private volatile int size = 4096;
  private volatile int delayMicros;
  private volatile Failure failure = new Failure(null, "", 0);
  private volatile boolean forgotten;

  SlowFileSystem(Style style) {
    late = style == Style.LATE ? Executors.newCachedThreadPool(daemons()) : null;
  }

  private static java.util.concurrent.ThreadFactory daemons() {
    return Thread.ofPlatform().daemon().name("slow-", 0).factory();
  }

  private Node node(boolean directory) {
    Node node = new Node(numbers.getAndIncrement(), directory);
    nodes.put(node.number, node);
    return node;
  }

  /** Adds a file; directories on its way are made. */
  SlowFileSystem with(String... paths) {
    for (String path : paths) {
      Node at = root;
      String[] parts = path.split("/");
      for (int i = 0; i < parts.length; i++) {
        boolean directory = i < parts.length - 1;
        at = at.children.computeIfAbsent(parts[i], _ -> node(directory));
      }
    }
    return this;
  }

  /** Bytes of every file; each is 'x'. */
  SlowFileSystem size(int bytes) {
    size = bytes;
    return this;
  }

  /** Makes every operation take a while. */
  SlowFileSystem delay(int micros) {
    delayMicros = micros;
    return this;
  }

  /**
   * Makes an operation wait.
   *
   * @param file its last name: of the file itself for operations on names
   */
  Gate hold(Operation operation, String file) {
    Gate gate = new Gate(operation, file);
    gates.add(gate);
    return gate;
  }

  /**
   * Makes an operation on a file fail.
   *
   * @param error what it answers, or {@link #THROWS}
   */
  void fail(Operation operation, String file, int error) {
    failure = new Failure(operation, file, error);
  }

  void releaseAll() {
    gates.forEach(Gate::release);
  }

  /** Operations that have begun and not ended. */
  int running() {
    return running.get();
  }

  int mostRunning() {
    return mostRunning.get();
  }

  int mostOnOneNode() {
    return mostOnOneNode.get();
  }

  /** Lookups of a path that the kernel has not given back. */
  long lookups(String path) {
    Node at = root;
    for (String part : path.split("/")) {
      at = at.children.get(part);
      if (at == null) {
        return 0;
      }
    }
    return at.lookups.get();
  }

  /** Open files and directories. */
  int handles() {
    return handles.size();
  }

  /** The first numbers of the writes to a file, in the order they were executed. */
  List<Long> writes(String file) {
    return writes.getOrDefault(file, List.of());
  }

  /** Whether a request waited until the time limit. */
  boolean forgotten() {
    return forgotten;
  }

  @Override
  public void close() {
    releaseAll();
    if (late != null) {
      late.shutdown();
    }
  }

  // ---- serving ---------------------------------------------------------------------------------

  private interface Action {
    /** Fills the reply; 0, or the error to answer. */
    int fill();
  }

  /**
   * @param node whose turn it is
   * @param file the last name of what the operation is about
   */
  private void serve(Operation operation, Node node, String file, Reply reply, Action action) {
    if (late == null) {
      execute(operation, node, file, reply, action);
    } else {
      late.execute(() -> execute(operation, node, file, reply, action));
    }
  }

  private void execute(Operation operation, Node node, String file, Reply reply, Action action) {
    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
    mostOnOneNode.accumulateAndGet(node.running.incrementAndGet(), Math::max);
    for (Gate gate : gates) {
      if (gate.operation == operation && gate.file.equals(file)) {
        gate.pass();
      }
    }
    if (delayMicros > 0) {
      java.util.concurrent.locks.LockSupport.parkNanos(delayMicros * 1_000L);
    }
    Failure wanted = failure;
    boolean fails = wanted.operation == operation && wanted.file.equals(file);
    int error = fails ? wanted.error : action.fill();
    // Before the answer, as the next may begin with it.
    node.running.decrementAndGet();
    running.decrementAndGet();
    if (error == THROWS) {
      throw new IllegalStateException("thrown by the test");
    }
    if (error == 0) {
      reply.done();
    } else {
      reply.error(error);
    }
  }

  private String nameOf(Node node) {
    return nameIn(root, node);
  }

  private static String nameIn(Node directory, Node wanted) {
    for (Map.Entry<String, Node> each : directory.children.entrySet()) {
      String found = each.getValue() == wanted ? each.getKey() : nameIn(each.getValue(), wanted);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return "";
  }

  private static String text(Name name) {
    return new String(name.toBytes(), UTF_8);
  }

  private void describe(Node node, Attributes attributes) {
    if (node.directory) {
      attributes.inode(node.number).mode(040755).links(2);
    } else {
      attributes.inode(node.number).mode(0100644).links(1).size(size);
    }
  }

  private int enter(Node node, EntryReply reply) {
    if (node == null) {
      return Errno.ENOENT;
    }
    node.lookups.incrementAndGet();
    describe(node, reply.entry().node(node.number).attributes());
    return 0;
  }

  private long handle() {
    long handle = numbers.getAndIncrement();
    handles.add(handle);
    return handle;
  }

  @Override
  public Set<Feature> features() {
    return Set.of(Feature.READDIRPLUS, Feature.PARALLEL_DIRECTORY_OPERATIONS);
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    Node directory = nodes.get(parent);
    String file = text(name);
    serve(
        Operation.LOOKUP, directory, file, reply, () -> enter(directory.children.get(file), reply));
  }

  @Override
  public void forget(long node, long lookups) {
    nodes.get(node).lookups.addAndGet(-lookups);
  }

  @Override
  public void getattr(Request request, long number, long handle, AttributesReply reply) {
    Node node = nodes.get(number);
    serve(
        Operation.GETATTR,
        node,
        nameOf(node),
        reply,
        () -> {
          describe(node, reply.attributes());
          return 0;
        });
  }

  @Override
  public void setattr(
      Request request,
      long number,
      io.ringmount.channels.wire.SetattrIn change,
      AttributesReply reply) {
    getattr(request, number, NO_HANDLE, reply);
  }

  @Override
  public void unlink(Request request, long parent, Name name, Reply reply) {
    Node directory = nodes.get(parent);
    String file = text(name);
    serve(
        Operation.UNLINK,
        directory,
        file,
        reply,
        () -> directory.children.remove(file) == null ? Errno.ENOENT : 0);
  }

  @Override
  public void open(
      Request request, long number, int flags, boolean killPrivileges, OpenReply reply) {
    Node node = nodes.get(number);
    serve(
        Operation.OPEN,
        node,
        nameOf(node),
        reply,
        () -> {
          reply
              .open()
              .handle(handle())
              .openFlags(OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES);
          return 0;
        });
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
    Node directory = nodes.get(parent);
    String file = text(name);
    serve(
        Operation.CREATE,
        directory,
        file,
        reply,
        () -> {
          reply.open().handle(handle()).openFlags(OpenFlags.DIRECT_IO);
          return enter(directory.children.computeIfAbsent(file, _ -> node(false)), reply);
        });
  }

  @Override
  public void read(
      Request request, long number, long handle, long offset, int length, DataReply reply) {
    Node node = nodes.get(number);
    serve(
        Operation.READ,
        node,
        nameOf(node),
        reply,
        () -> {
          for (long left = Math.min(length, size - offset); left > 0; left--) {
            reply.buffer().put((byte) 'x');
          }
          return 0;
        });
  }

  @Override
  public void write(
      Request request,
      long number,
      long handle,
      long offset,
      ByteBuffer data,
      boolean killPrivileges,
      WriteReply reply) {
    Node node = nodes.get(number);
    String file = nameOf(node);
    serve(
        Operation.WRITE,
        node,
        file,
        reply,
        () -> {
          if (data.remaining() >= Long.BYTES) {
            writes
                .computeIfAbsent(
                    file, _ -> java.util.Collections.synchronizedList(new ArrayList<>()))
                .add(data.duplicate().order(java.nio.ByteOrder.nativeOrder()).getLong());
          }
          reply.written(data.remaining());
          return 0;
        });
  }

  @Override
  public void flush(Request request, long number, long handle, Reply reply) {
    Node node = nodes.get(number);
    serve(Operation.FLUSH, node, nameOf(node), reply, () -> 0);
  }

  @Override
  public void release(Request request, long number, long handle, Reply reply) {
    Node node = nodes.get(number);
    serve(
        Operation.RELEASE,
        node,
        nameOf(node),
        reply,
        () -> handles.remove(handle) ? 0 : Errno.EBADF);
  }

  @Override
  public void opendir(Request request, long number, int flags, OpenReply reply) {
    Node node = nodes.get(number);
    serve(
        Operation.OPENDIR,
        node,
        nameOf(node),
        reply,
        () -> {
          reply.open().handle(handle());
          return 0;
        });
  }

  @Override
  public void readdir(
      Request request, long number, long handle, long cookie, DirectoryReply reply) {
    Node directory = nodes.get(number);
    serve(
        Operation.READDIR,
        directory,
        nameOf(directory),
        reply,
        () -> {
          long at = 0;
          for (Map.Entry<String, Node> each : directory.children.entrySet()) {
            Name name = Name.of(each.getKey());
            at++;
            if (at <= cookie) {
              continue;
            }
            if (!reply.fits(name)) {
              break;
            }
            if (reply.withAttributes()) {
              each.getValue().lookups.incrementAndGet();
              reply.entry().node(each.getValue().number);
            }
            describe(each.getValue(), reply.entry().attributes());
            reply.add(name, at);
          }
          return 0;
        });
  }

  @Override
  public void releasedir(Request request, long number, long handle, Reply reply) {
    Node node = nodes.get(number);
    serve(
        Operation.RELEASE,
        node,
        nameOf(node),
        reply,
        () -> handles.remove(handle) ? 0 : Errno.EBADF);
  }
}
