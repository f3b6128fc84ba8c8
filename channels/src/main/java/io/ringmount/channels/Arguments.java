package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;

/**
 * What follows the fixed struct of a request: names, and then perhaps data, taken one after the
 * other. Belongs to one channel thread.
 */
final class Arguments {
  /** PATH_MAX without its NUL: the longest target of a symbolic link, and more than any name. */
  static final int MAX_NAME = 4095;

  private long position;
  private long end;

  /** Begins with the first of a request. */
  Arguments of(SlotRequest request) {
    position = request.arguments();
    end = position + request.argumentsLength();
    return this;
  }

  /** Takes the next NUL-terminated string; false when there is none. */
  boolean takeString(Name name) {
    int limit = (int) Math.min(end - position, MAX_NAME + 1);
    int length = Memory.stringLength(position, limit);
    if (length == 0 || length == limit) {
      return false;
    }
    name.wrap(position, length);
    position += length + 1;
    return true;
  }

  /** Takes the next file name: one path component, and not the directory itself or its parent. */
  boolean takeName(Name name) {
    return takeString(name) && !name.contains('/') && !name.isDotOrDotDot();
  }

  /** Bytes that have not been taken. */
  long remaining() {
    return end - position;
  }

  /** Where those begin. */
  long position() {
    return position;
  }
}
