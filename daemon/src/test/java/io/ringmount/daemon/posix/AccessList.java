package io.ringmount.daemon.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An access control list as the attributes {@code system.posix_acl_*} have it ({@code
 * include/uapi/linux/posix_acl_xattr.h}): u32 version, then u16 tag, u16 permissions and u32 id of
 * each entry.
 */
final class AccessList {
  private static final int VERSION = 2;
  private static final int HEAD = 4;
  private static final int ENTRY = 8;
  private static final int NOBODY = -1;

  private static final int OWNER = 0x01;
  private static final int USER = 0x02;
  private static final int OWNING_GROUP = 0x04;
  private static final int GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHERS = 0x20;

  private final List<int[]> entries = new ArrayList<>();
  private final int version;

  private AccessList(int version) {
    this.version = version;
  }

  /** The list that says what a mode says. */
  static AccessList ofMode(int mode) {
    return new AccessList(VERSION)
        .with(OWNER, mode >> 6 & 7, NOBODY)
        .with(OWNING_GROUP, mode >> 3 & 7, NOBODY)
        .with(OTHERS, mode & 7, NOBODY);
  }

  /** Without an entry, which no file may have. */
  static AccessList empty() {
    return new AccessList(VERSION);
  }

  /** Of a version that no kernel knows. */
  static AccessList ofAnotherVersion() {
    return new AccessList(VERSION + 1).with(OWNER, 7, NOBODY);
  }

  AccessList user(int uid, int permissions) {
    return with(USER, permissions, uid);
  }

  AccessList group(int gid, int permissions) {
    return with(GROUP, permissions, gid);
  }

  AccessList mask(int permissions) {
    return with(MASK, permissions, NOBODY);
  }

  /** Entries are sorted by tag, then by id. */
  private AccessList with(int tag, int permissions, int id) {
    entries.add(new int[] {tag, permissions, id});
    entries.sort((one, other) ->
        one[0] != other[0]
            ? Integer.compare(one[0], other[0])
            : Integer.compareUnsigned(one[2], other[2]));
    return this;
  }

  byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEAD + ENTRY * entries.size()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(version);
    for (int[] each : entries) {
      bytes.putShort((short) each[0]).putShort((short) each[1]).putInt(each[2]);
    }
    return bytes.array();
  }

  /** The attribute that has it. */
  static String name(boolean asDefault) {
    return asDefault ? "system.posix_acl_default" : "system.posix_acl_access";
  }

  @Override
  public String toString() {
    return version + entries.stream().map(Arrays::toString).toList().toString();
  }
}
