package io.ringmount.channels.wire;

/** What a request asks for: {@code enum fuse_opcode} of FUSE 7.45. */
public final class Opcode {
  /** Find a name in a directory. */
  public static final int LOOKUP = 1;

  /** Take off a lookup count; no reply. */
  public static final int FORGET = 2;

  /** Read the attributes of a node. */
  public static final int GETATTR = 3;

  /** Change attributes, the size included. */
  public static final int SETATTR = 4;

  /** Read the target of a symbolic link. */
  public static final int READLINK = 5;

  /** Make a symbolic link. */
  public static final int SYMLINK = 6;

  /** Make a file that is not opened, or a special file. */
  public static final int MKNOD = 8;

  /** Make a directory. */
  public static final int MKDIR = 9;

  /** Remove a name of a file. */
  public static final int UNLINK = 10;

  /** Remove an empty directory. */
  public static final int RMDIR = 11;

  /** Move a name; see {@link #RENAME2}. */
  public static final int RENAME = 12;

  /** Give a file one more name. */
  public static final int LINK = 13;

  /** Open a file. */
  public static final int OPEN = 14;

  /** Read from an open file. */
  public static final int READ = 15;

  /** Write to an open file. */
  public static final int WRITE = 16;

  /** Read size and free space of the file system. */
  public static final int STATFS = 17;

  /** The last use of an open file ended. */
  public static final int RELEASE = 18;

  /** Store a file durably. */
  public static final int FSYNC = 20;

  /** Set an extended attribute. */
  public static final int SETXATTR = 21;

  /** Read an extended attribute. */
  public static final int GETXATTR = 22;

  /** List the names of extended attributes. */
  public static final int LISTXATTR = 23;

  /** Remove an extended attribute. */
  public static final int REMOVEXATTR = 24;

  /** A descriptor of an open file was closed. */
  public static final int FLUSH = 25;

  /** Negotiate version and features; the first request. */
  public static final int INIT = 26;

  /** Open a directory. */
  public static final int OPENDIR = 27;

  /** Read names of an open directory. */
  public static final int READDIR = 28;

  /** The last use of an open directory ended. */
  public static final int RELEASEDIR = 29;

  /** Store a directory durably. */
  public static final int FSYNCDIR = 30;

  /** Test for a file lock. */
  public static final int GETLK = 31;

  /** Take or drop a file lock without waiting. */
  public static final int SETLK = 32;

  /** Take a file lock, waiting for it. */
  public static final int SETLKW = 33;

  /** Check permissions. */
  public static final int ACCESS = 34;

  /** Make a file and open it. */
  public static final int CREATE = 35;

  /** The caller of a request waits no more. */
  public static final int INTERRUPT = 36;

  /** Map a block of a file to one of the device. */
  public static final int BMAP = 37;

  /** The file system is unmounted; the last request. */
  public static final int DESTROY = 38;

  /** Control an open file. */
  public static final int IOCTL = 39;

  /** Ask whether an open file is ready. */
  public static final int POLL = 40;

  /** Cached data that a notification asked for; no reply. */
  public static final int NOTIFY_REPLY = 41;

  /** Take off many lookup counts; no reply. */
  public static final int BATCH_FORGET = 42;

  /** Reserve or free space of a file. */
  public static final int FALLOCATE = 43;

  /** Read names of an open directory together with their attributes. */
  public static final int READDIRPLUS = 44;

  /** Move a name, with the flags of renameat2(2). */
  public static final int RENAME2 = 45;

  /** Find data or a hole in a file. */
  public static final int LSEEK = 46;

  /** Copy from file to file; the reply counts in 32 bits. */
  public static final int COPY_FILE_RANGE = 47;

  /** Map a part of a file into a DAX window. */
  public static final int SETUPMAPPING = 48;

  /** Take mappings out of a DAX window. */
  public static final int REMOVEMAPPING = 49;

  /** Store the whole file system durably. */
  public static final int SYNCFS = 50;

  /** Make a file without a name and open it. */
  public static final int TMPFILE = 51;

  /** Read the attributes of statx(2), birth time included. */
  public static final int STATX = 52;

  /** Copy from file to file; the reply counts in 64 bits. */
  public static final int COPY_FILE_RANGE_64 = 53;

  private Opcode() {}

  /** Whether {@code opcode} is one of the operations above. */
  public static boolean isKnown(int opcode) {
    return opcode >= LOOKUP && opcode <= COPY_FILE_RANGE_64;
  }

  /** The kernel's name of {@code opcode} without {@code FUSE_}, or its number if it has none. */
  public static String name(int opcode) {
    return switch (opcode) {
      case LOOKUP -> "LOOKUP";
      case FORGET -> "FORGET";
      case GETATTR -> "GETATTR";
      case SETATTR -> "SETATTR";
      case READLINK -> "READLINK";
      case SYMLINK -> "SYMLINK";
      case MKNOD -> "MKNOD";
      case MKDIR -> "MKDIR";
      case UNLINK -> "UNLINK";
      case RMDIR -> "RMDIR";
      case RENAME -> "RENAME";
      case LINK -> "LINK";
      case OPEN -> "OPEN";
      case READ -> "READ";
      case WRITE -> "WRITE";
      case STATFS -> "STATFS";
      case RELEASE -> "RELEASE";
      case FSYNC -> "FSYNC";
      case SETXATTR -> "SETXATTR";
      case GETXATTR -> "GETXATTR";
      case LISTXATTR -> "LISTXATTR";
      case REMOVEXATTR -> "REMOVEXATTR";
      case FLUSH -> "FLUSH";
      case INIT -> "INIT";
      case OPENDIR -> "OPENDIR";
      case READDIR -> "READDIR";
      case RELEASEDIR -> "RELEASEDIR";
      case FSYNCDIR -> "FSYNCDIR";
      case GETLK -> "GETLK";
      case SETLK -> "SETLK";
      case SETLKW -> "SETLKW";
      case ACCESS -> "ACCESS";
      case CREATE -> "CREATE";
      case INTERRUPT -> "INTERRUPT";
      case BMAP -> "BMAP";
      case DESTROY -> "DESTROY";
      case IOCTL -> "IOCTL";
      case POLL -> "POLL";
      case NOTIFY_REPLY -> "NOTIFY_REPLY";
      case BATCH_FORGET -> "BATCH_FORGET";
      case FALLOCATE -> "FALLOCATE";
      case READDIRPLUS -> "READDIRPLUS";
      case RENAME2 -> "RENAME2";
      case LSEEK -> "LSEEK";
      case COPY_FILE_RANGE -> "COPY_FILE_RANGE";
      case SETUPMAPPING -> "SETUPMAPPING";
      case REMOVEMAPPING -> "REMOVEMAPPING";
      case SYNCFS -> "SYNCFS";
      case TMPFILE -> "TMPFILE";
      case STATX -> "STATX";
      case COPY_FILE_RANGE_64 -> "COPY_FILE_RANGE_64";
      default -> Integer.toString(opcode);
    };
  }

  /**
   * Bytes of the fixed struct between the header of a request and its names or data: 0 where there
   * is none, and for an unknown opcode.
   *
   * <p>Of {@code fuse_setxattr_in} this is the short form, as {@code FUSE_SETXATTR_EXT} is not
   * negotiated.
   */
  public static int argumentSize(int opcode) {
    return switch (opcode) {
      case FORGET -> ForgetIn.SIZE;
      case GETATTR -> GetattrIn.SIZE;
      case SETATTR -> SetattrIn.SIZE;
      case MKNOD -> MknodIn.SIZE;
      case MKDIR -> MkdirIn.SIZE;
      case RENAME -> RenameIn.SIZE;
      case LINK -> LinkIn.SIZE;
      case OPEN, OPENDIR -> OpenIn.SIZE;
      case READ, READDIR, READDIRPLUS -> ReadIn.SIZE;
      case WRITE -> WriteIn.SIZE;
      case RELEASE, RELEASEDIR -> ReleaseIn.SIZE;
      case FSYNC, FSYNCDIR -> FsyncIn.SIZE;
      case SETXATTR -> SetxattrIn.SIZE;
      case GETXATTR, LISTXATTR -> GetxattrIn.SIZE;
      case FLUSH -> FlushIn.SIZE;
      case INIT -> InitIn.SIZE;
      case GETLK, SETLK, SETLKW -> 48; // fuse_lk_in
      case ACCESS -> 8; // fuse_access_in
      case CREATE, TMPFILE -> CreateIn.SIZE;
      case INTERRUPT -> InterruptIn.SIZE;
      case BMAP -> 16; // fuse_bmap_in
      case IOCTL -> 32; // fuse_ioctl_in
      case POLL -> 24; // fuse_poll_in
      case NOTIFY_REPLY -> 40; // fuse_notify_retrieve_in
      case BATCH_FORGET -> BatchForgetIn.SIZE;
      case FALLOCATE -> FallocateIn.SIZE;
      case RENAME2 -> Rename2In.SIZE;
      case LSEEK -> LseekIn.SIZE;
      case COPY_FILE_RANGE, COPY_FILE_RANGE_64 -> CopyFileRangeIn.SIZE;
      case SETUPMAPPING -> 40; // fuse_setupmapping_in
      case REMOVEMAPPING -> 4; // fuse_removemapping_in
      case SYNCFS -> 8; // fuse_syncfs_in
      case STATX -> StatxIn.SIZE;
      default -> 0;
    };
  }

  /**
   * As {@link #argumentSize}, for requests that come through io_uring: there the struct of {@link
   * #NOTIFY_REPLY} is part of the payload ({@code fs/fuse/dev.c}, {@code fuse_retrieve}).
   */
  public static int ringArgumentSize(int opcode) {
    return opcode == NOTIFY_REPLY ? 0 : argumentSize(opcode);
  }
}
