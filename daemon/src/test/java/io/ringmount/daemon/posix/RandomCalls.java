package io.ringmount.daemon.posix;

import io.ringmount.channels.linux.FileFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes random calls: two of these with generators of the same seed make the same calls as long as
 * all results are the same. Names are few, so that they meet.
 */
final class RandomCalls {
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};
  private static final String[] ATTRIBUTES = {"user.a", "user.b", "trusted.c"};
  private static final int[] ACCESS = {
    FileFlags.O_RDONLY, FileFlags.O_WRONLY, FileFlags.O_RDWR, FileFlags.O_RDWR
  };
  private static final int[] MORE_FLAGS = {
    0,
    FileFlags.O_CREAT,
    FileFlags.O_CREAT,
    FileFlags.O_CREAT | FileFlags.O_EXCL,
    FileFlags.O_TRUNC,
    FileFlags.O_CREAT | FileFlags.O_TRUNC,
    FileFlags.O_CREAT | FileFlags.O_APPEND,
    FileFlags.O_DIRECTORY,
    FileFlags.O_NOFOLLOW
  };
  private static final int[] MODES = {0644, 0600, 0755, 0777, 0444, 02755, 04755, 01777};
  private static final int[] MODES_WITHOUT_SET_ID = {0644, 0600, 0755, 0777, 0444, 01777};
  private static final int[] ALLOCATIONS = {0, 1, 3, 16, 17};

  private static final int DEEPEST = 3;
  private static final int MOST_OPEN = 20;
  private static final int FILE_SIZE = 200_000;
  private static final int CALL_SIZE = 20_000;

  private final CallTranscript calls;
  private final RandomGenerator random;
  private final int[] changedModes;
  private final List<Integer> open = new ArrayList<>();

  /**
   * @param passedThrough whether some files are written by the kernel itself: it takes set-user-id
   *     and set-group-id from one that got it while open, even if root writes
   */
  RandomCalls(CallTranscript calls, RandomGenerator random, boolean passedThrough) {
    this.calls = calls;
    this.random = random;
    changedModes = passedThrough ? MODES_WITHOUT_SET_ID : MODES;
    calls.withoutBlocks();
  }

  private String path() {
    StringBuilder path = new StringBuilder(name());
    for (int i = random.nextInt(DEEPEST); i > 0; i--) {
      path.append('/').append(name());
    }
    return path.toString();
  }

  /** Mostly one that leads nowhere: of the others, the kernel follows forty before it gives up. */
  private String target() {
    return random.nextInt(4) == 0 ? path() : "nowhere";
  }

  private String name() {
    return NAMES[random.nextInt(NAMES.length)];
  }

  private String attribute() {
    return ATTRIBUTES[random.nextInt(ATTRIBUTES.length)];
  }

  private int any(int[] of) {
    return of[random.nextInt(of.length)];
  }

  /** An open file, or a descriptor that is none. */
  private int file() {
    return open.isEmpty() ? -1 : open.get(random.nextInt(open.size()));
  }

  private long offset() {
    return random.nextInt(FILE_SIZE);
  }

  private String text(int most) {
    return Character.toString('A' + random.nextInt(26)).repeat(random.nextInt(most));
  }

  void next() {
    switch (random.nextInt(34)) {
      case 0, 1, 2, 3 -> open();
      case 4, 5 -> close();
      case 6, 7, 8 -> calls.write(file(), offset(), text(CALL_SIZE));
      case 9, 10 -> calls.read(file(), offset(), random.nextInt(CALL_SIZE));
      case 11 -> calls.truncate(file(), offset());
      case 12 -> calls.truncate(path(), offset());
      case 13, 14 -> calls.stat(path());
      case 15 -> calls.stat(file());
      case 16, 17 -> calls.mkdir(path(), any(MODES));
      case 18 -> calls.rmdir(path());
      case 19, 20 -> calls.unlink(path());
      case 21 -> calls.rename(path(), path());
      case 22 -> calls.rename(path(), path(), 1 + random.nextInt(2));
      case 23 -> calls.link(path(), path());
      case 24 -> calls.symlink(target(), path());
      case 25 -> calls.readlink(path(), 100);
      case 26 -> calls.chmod(path(), any(changedModes));
      case 27 -> calls.chown(path(), random.nextInt(3), random.nextInt(3));
      case 28 -> times();
      case 29 -> calls.setxattr(path(), attribute(), text(500), random.nextInt(3));
      case 30 -> attributes();
      case 31 -> calls.allocate(file(), any(ALLOCATIONS), offset(), 1 + offset());
      case 32 -> calls.copyAll(file(), offset(), file(), offset(), random.nextInt(CALL_SIZE));
      default -> calls.list(path());
    }
  }

  private void open() {
    int fd = calls.open(path(), any(ACCESS) | any(MORE_FLAGS), any(MODES));
    if (fd >= 0) {
      open.add(fd);
    }
    if (open.size() > MOST_OPEN) {
      calls.close(open.removeFirst());
    }
  }

  private void close() {
    if (!open.isEmpty()) {
      calls.close(open.remove(random.nextInt(open.size())));
    }
  }

  private void times() {
    String path = path();
    calls.setTimes(
        path, random.nextInt(), random.nextInt(1_000_000_000), FileFlags.AT_SYMLINK_NOFOLLOW);
    calls.tellTimes(path);
  }

  private void attributes() {
    String path = path();
    calls.getxattr(path, attribute(), 1000);
    calls.listxattr(path, 1000);
    calls.removexattr(path, attribute());
  }
}
