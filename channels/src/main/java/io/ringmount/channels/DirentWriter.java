package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.Dirent;
import io.ringmount.channels.wire.DirentPlus;
import io.ringmount.channels.wire.Entry;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Writes the entries of a directory one behind the other, in the form that was asked for. */
final class DirentWriter {
  private final ByteBuffer payload;
  private final long address;
  private final Dirent dirent = new Dirent();
  private final DirentPlus direntPlus = new DirentPlus();
  private boolean withAttributes;

  /**
   * @param payload where they go, from its position on
   * @param address of its first byte
   */
  DirentWriter(ByteBuffer payload, long address) {
    this.payload = payload;
    this.address = address;
  }

  /** Begins a listing. */
  void begin(boolean plus) {
    withAttributes = plus;
  }

  boolean withAttributes() {
    return withAttributes;
  }

  /** Whether there is room for one more entry. */
  boolean fits(Name name) {
    return sizeOf(name) <= payload.remaining();
  }

  private int sizeOf(Name name) {
    return withAttributes ? DirentPlus.sizeOf(name.length()) : Dirent.sizeOf(name.length());
  }

  /**
   * Writes an entry.
   *
   * @param entry of the file; without attributes only its inode number and type are used
   */
  void add(Name name, long nextCookie, Entry entry) {
    int size = sizeOf(name);
    if (size > payload.remaining()) {
      throw new IllegalStateException("no room for another entry: see fits()");
    }
    long end = address + payload.position();
    Dirent target = dirent;
    if (withAttributes) {
      direntPlus.wrap(end);
      Memory.copy(entry.address(), end, Entry.SIZE);
      target = direntPlus.dirent();
    } else {
      dirent.wrap(end);
    }
    Attributes attributes = entry.attributes();
    target
        .inode(attributes.inode())
        .offset(nextCookie)
        .type((attributes.mode() >>> 12) & 15)
        .name(name.address(), name.length());
    payload.position(payload.position() + size);
  }

  /** The node of every entry with attributes among the first {@code bytes}. */
  void forEachNode(int bytes, LongConsumer action) {
    long at = address;
    long end = at + bytes;
    while (at < end) {
      direntPlus.wrap(at);
      action.accept(direntPlus.entry().node());
      at += DirentPlus.sizeOf(direntPlus.dirent().nameLength());
    }
  }
}
