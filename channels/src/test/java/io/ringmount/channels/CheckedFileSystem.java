package io.ringmount.channels;

import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.SetattrIn;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes down every call, checks that its views lie where they may, touches every byte of them, and
 * answers with success. What fails a check is kept, as the dispatcher catches what it throws.
 */
final class CheckedFileSystem implements FileSystem {
  /** What is answered to who asks for the length of extended attributes. */
  static final int XATTR_LENGTH = 12345;

  final List<String> calls = new ArrayList<>();
  Throwable broken;
  private RecordingChannel channel;

  void servedBy(RecordingChannel channel) {
    this.channel = channel;
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    called(request, reply, "lookup", parent, text(name));
  }

  @Override
  public void forget(long node, long lookups) {
    calls.add(line("forget", node, lookups));
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    called(request, reply, "getattr", node, handle);
  }

  @Override
  public void statx(Request request, long node, long handle, int mask, StatxReply reply) {
    long begin = reply.statx().address();
    check(begin == channel.slot().payloadAddress(), "attributes outside the payload");
    called(request, reply, "statx", node, handle, mask);
  }

  @Override
  public void setattr(Request request, long node, SetattrIn change, AttributesReply reply) {
    called(
        request,
        reply,
        "setattr",
        node,
        change.valid(),
        change.handle(),
        change.size(),
        change.accessTimeSeconds(),
        change.accessTimeNanos(),
        change.modificationTimeSeconds(),
        change.modificationTimeNanos(),
        change.mode(),
        change.uid(),
        change.gid());
  }

  @Override
  public void readlink(Request request, long node, DataReply reply) {
    fill(reply.buffer(), 4095);
    called(request, reply, "readlink", node);
  }

  @Override
  public void symlink(Request request, long parent, Name name, Name target, EntryReply reply) {
    called(request, reply, "symlink", parent, text(name), string(target));
  }

  @Override
  public void mknod(
      Request request, long parent, Name name, int mode, int device, EntryReply reply) {
    called(request, reply, "mknod", parent, text(name), mode, device);
  }

  @Override
  public void mkdir(Request request, long parent, Name name, int mode, EntryReply reply) {
    called(request, reply, "mkdir", parent, text(name), mode);
  }

  @Override
  public void unlink(Request request, long parent, Name name, Reply reply) {
    called(request, reply, "unlink", parent, text(name));
  }

  @Override
  public void rmdir(Request request, long parent, Name name, Reply reply) {
    called(request, reply, "rmdir", parent, text(name));
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
    called(request, reply, "rename", parent, text(name), newParent, text(newName), flags);
  }

  @Override
  public void link(Request request, long node, long newParent, Name newName, EntryReply reply) {
    called(request, reply, "link", node, newParent, text(newName));
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    called(request, reply, "open", node, flags, killPrivileges);
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
    called(request, reply, "create", parent, text(name), mode, flags, killPrivileges);
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    check(offset >= 0, "negative offset");
    fill(reply.buffer(), size);
    called(request, reply, "read", node, handle, offset, size);
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
    check(offset >= 0, "negative offset");
    long begin = MemorySegment.ofBuffer(data).address();
    check(
        begin >= channel.argumentsBegin() && begin + data.remaining() <= channel.argumentsEnd(),
        "data outside the request");
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    reply.written(bytes.length);
    called(request, reply, "write", node, handle, offset, text(bytes), killPrivileges);
  }

  @Override
  public void flush(Request request, long node, long handle, Reply reply) {
    called(request, reply, "flush", node, handle);
  }

  @Override
  public void release(Request request, long node, long handle, Reply reply) {
    called(request, reply, "release", node, handle);
  }

  @Override
  public void fsync(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    called(request, reply, "fsync", node, handle, dataOnly);
  }

  @Override
  public void opendir(Request request, long node, int flags, OpenReply reply) {
    called(request, reply, "opendir", node, flags);
  }

  @Override
  public void readdir(Request request, long node, long handle, long cookie, DirectoryReply reply) {
    check(reply.capacity() <= RecordingChannel.PAYLOAD, "more capacity than payload");
    Name name = Name.of("some-entry");
    int used = 0;
    while (reply.fits(name)) {
      reply.entry().attributes().inode(7).mode(0100644);
      reply.add(name, ++used);
    }
    boolean plus = reply.withAttributes();
    check(used == reply.capacity() / (plus ? 168 : 40), "entries until it is full: " + used);
    called(request, reply, plus ? "readdirplus" : "readdir", node, handle, cookie);
  }

  @Override
  public void releasedir(Request request, long node, long handle, Reply reply) {
    called(request, reply, "releasedir", node, handle);
  }

  @Override
  public void fsyncdir(Request request, long node, long handle, boolean dataOnly, SyncReply reply) {
    called(request, reply, "fsyncdir", node, handle, dataOnly);
  }

  @Override
  public void statfs(Request request, long node, StatfsReply reply) {
    called(request, reply, "statfs", node);
  }

  @Override
  public void tmpfile(Request request, long parent, int mode, int flags, CreateReply reply) {
    called(request, reply, "tmpfile", parent, mode, flags);
  }

  @Override
  public void lseek(
      Request request, long node, long handle, long offset, int whence, LseekReply reply) {
    called(request, reply, "lseek", node, handle, offset, whence);
  }

  @Override
  public void fallocate(
      Request request, long node, long handle, long offset, long length, int mode, Reply reply) {
    check(offset >= 0 && length > 0 && offset + length > 0, "not a part of a file");
    called(request, reply, "fallocate", node, handle, offset, length, mode);
  }

  @Override
  public void copyFileRange(
      Request request, long node, CopyFileRangeIn range, long length, CopyReply reply) {
    check(range.offset() >= 0 && range.toOffset() >= 0 && length >= 0, "not a part of a file");
    reply.copied(length);
    called(
        request,
        reply,
        "copy",
        node,
        range.handle(),
        range.offset(),
        range.toNode(),
        range.toHandle(),
        range.toOffset(),
        length);
  }

  @Override
  public void setxattr(Request request, long node, Name name, Bytes value, int flags, Reply reply) {
    check(
        value.address() >= channel.argumentsBegin()
            && value.address() + value.length() == channel.argumentsEnd(),
        "a value that is not the end of the request");
    called(request, reply, "setxattr", node, string(name), text(value.toBytes()), flags);
  }

  @Override
  public void getxattr(Request request, long node, Name name, XattrReply reply) {
    String text = string(name);
    fillApart(reply, name);
    check(text.equals(string(name)), "the answer has overwritten the name");
    called(request, reply, "getxattr", node, text, reply.wanted());
  }

  @Override
  public void listxattr(Request request, long node, XattrReply reply) {
    fillApart(reply, null);
    called(request, reply, "listxattr", node, reply.wanted());
  }

  @Override
  public void removexattr(Request request, long node, Name name, Reply reply) {
    called(request, reply, "removexattr", node, string(name));
  }

  private void fillApart(XattrReply reply, Name name) {
    if (reply.wanted() == 0) {
      reply.length(XATTR_LENGTH);
      return;
    }
    ByteBuffer buffer = reply.buffer();
    long begin = MemorySegment.ofBuffer(buffer).address();
    long end = channel.slot().payloadAddress() + RecordingChannel.PAYLOAD;
    check(buffer.remaining() <= reply.wanted(), "more room than is wanted");
    check(begin + buffer.limit() <= end, "data outside the payload");
    check(
        name == null || begin + buffer.position() > name.address() + name.length(),
        "data where the name is");
    while (buffer.hasRemaining()) {
      buffer.put((byte) buffer.position());
    }
  }

  private void called(Request request, Reply reply, Object... call) {
    calls.add(
        line(call)
            + line(" by", request.uid(), request.gid(), request.pid(), request.unique())
            + line(" op", request.opcode()));
    reply.done();
  }

  /** A call as it stands in {@link #calls}, up to who makes it. */
  static String line(Object... parts) {
    StringBuilder line = new StringBuilder();
    for (Object part : parts) {
      line.append(Objects.toString(part)).append(' ');
    }
    return line.toString();
  }

  static String text(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  /** A file name: one component, neither the directory nor its parent. */
  private String text(Name name) {
    String text = string(name);
    check(!text.contains("/"), "a name with a slash");
    check(!text.equals(".") && !text.equals(".."), "a name that is no entry's");
    return text;
  }

  private String string(Name name) {
    check(name.length() > 0, "an empty name");
    check(
        name.address() >= channel.argumentsBegin()
            && name.address() + name.length() + 1 <= channel.argumentsEnd(),
        "a name outside the request");
    check(name.byteAt(name.length()) == 0, "a name without its NUL");
    String text = text(name.toBytes());
    check(text.indexOf('\0') < 0, "a name with a NUL in it");
    return text;
  }

  private void fill(ByteBuffer buffer, int size) {
    long begin = MemorySegment.ofBuffer(buffer).address();
    check(buffer.position() == 0 && buffer.limit() == size, "room is not what was asked for");
    check(
        begin == channel.slot().payloadAddress() && size <= RecordingChannel.PAYLOAD,
        "data outside the payload");
    while (buffer.hasRemaining()) {
      buffer.put((byte) buffer.position());
    }
  }

  private void check(boolean holds, String what) {
    if (!holds) {
      AssertionError error = new AssertionError(what);
      broken = broken == null ? error : broken;
      throw error;
    }
  }
}
