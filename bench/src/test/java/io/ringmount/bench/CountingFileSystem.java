package io.ringmount.bench;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Name;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Request;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.OpenFlags;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The sample data, full of zeros, for direct reads and writes; counts what it is asked for. */
final class CountingFileSystem implements FileSystem {
  private static final long INPUT = 2;
  private static final long OUTPUT = 3;
  private static final long TIMEOUT = TimeUnit.HOURS.toNanos(1);

  private final Map<String, Integer> requests = new TreeMap<>();

  /** Number of requests since the last call, by kind. */
  synchronized Map<String, Integer> take() {
    Map<String, Integer> taken = new TreeMap<>(requests);
    requests.clear();
    return taken;
  }

  private synchronized void count(String kind) {
    requests.merge(kind, 1, Integer::sum);
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    count("lookup");
    long node =
        switch (name.toString()) {
          case SampleData.INPUT -> INPUT;
          case SampleData.OUTPUT -> OUTPUT;
          default -> 0;
        };
    if (node == 0) {
      reply.error(Errno.ENOENT);
      return;
    }
    describe(node, reply.entry().node(node).attributes());
    reply.done();
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    count("getattr");
    describe(node, reply.attributes());
    reply.timeout(TIMEOUT);
    reply.done();
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    count("open");
    reply.open().openFlags(OpenFlags.DIRECT_IO | OpenFlags.NOFLUSH);
    reply.done();
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    count("read " + size);
    reply.buffer().position(size);
    reply.done();
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
    count("write " + data.remaining());
    reply.written(data.remaining());
    reply.done();
  }

  private static void describe(long node, Attributes attributes) {
    if (node == ROOT) {
      attributes.inode(ROOT).mode(040755).links(2);
    } else {
      attributes
          .inode(node)
          .mode(0100644)
          .links(1)
          .size(node == INPUT ? SampleData.INPUT_SIZE : SampleData.OUTPUT_SIZE);
    }
  }
}
