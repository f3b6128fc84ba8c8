package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Attributes;

/** One directory with one file in it: the least that a file system of one's own takes. */
final class HelloFileSystem implements FileSystem {
  private static final long HELLO = 2;
  private static final Name NAME = Name.of("hello");
  private static final byte[] CONTENT = "Hello, world!\n".getBytes(UTF_8);

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    if (parent != ROOT || !name.contentEquals(NAME)) {
      reply.error(Errno.ENOENT);
      return;
    }
    describe(HELLO, reply.entry().node(HELLO).attributes());
    reply.done();
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    describe(node, reply.attributes());
    reply.done();
  }

  @Override
  public void readdir(Request request, long node, long handle, long cookie, DirectoryReply reply) {
    if (cookie == 0) {
      describe(HELLO, reply.entry().attributes());
      reply.add(NAME, 1);
    }
    reply.done();
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    int start = (int) Math.min(offset, CONTENT.length);
    reply.buffer().put(CONTENT, start, Math.min(size, CONTENT.length - start));
    reply.done();
  }

  private static void describe(long node, Attributes attributes) {
    if (node == HELLO) {
      attributes.inode(HELLO).mode(0100444).links(1).size(CONTENT.length);
    } else {
      attributes.inode(ROOT).mode(040555).links(2);
    }
  }
}
