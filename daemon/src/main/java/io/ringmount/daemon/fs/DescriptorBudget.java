package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Rlimit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many descriptors are held for files that the kernel knows. The files that applications open
 * take theirs from the same limit of the process.
 *
 * <p>Where a file can be opened by its handle a descriptor only saves that, and is held within
 * {@code cached}. Where it cannot, the descriptor is the only way to the file, and is held within
 * {@code most}: beyond, a lookup fails rather than all opens.
 */
final class DescriptorBudget {
  private final int cached;
  private final int most;
  private final AtomicInteger held = new AtomicInteger();

  /**
   * @param cached the most to hold for speed alone
   * @param most the most to hold at all
   */
  DescriptorBudget(int cached, int most) {
    this.cached = cached;
    this.most = Math.max(cached, most);
  }

  /** Leaves at least half of the process's present limit to open files. */
  static DescriptorBudget ofProcess(int cached) throws LinuxException {
    long limit = Rlimit.openFiles();
    return new DescriptorBudget(
        cached, limit < 0 ? Integer.MAX_VALUE : (int) Math.min(limit / 2, Integer.MAX_VALUE));
  }

  /** Takes one for a file that could be reached without; {@code false} when they are used up. */
  boolean tryCache() {
    return take(cached);
  }

  /** Takes one for a file that cannot be reached without; {@code false} when they are used up. */
  boolean tryHold() {
    return take(most);
  }

  /** Takes one that is there already, whatever the limits. */
  void hold() {
    held.incrementAndGet();
  }

  private boolean take(int limit) {
    if (held.incrementAndGet() <= limit) {
      return true;
    }
    held.decrementAndGet();
    return false;
  }

  /** Whether {@link #tryHold} would succeed now. */
  boolean hasRoom() {
    return held.get() < most;
  }

  /** Whether {@link #tryCache} would succeed now. */
  boolean hasRoomToCache() {
    return held.get() < cached;
  }

  /** Gives one back that was taken for nothing. */
  void giveBack() {
    held.decrementAndGet();
  }

  /** Closes a descriptor that was taken. */
  void close(int fd) {
    FileOps.close(fd);
    held.decrementAndGet();
  }

  /** How many are held now. */
  int held() {
    return held.get();
  }
}
