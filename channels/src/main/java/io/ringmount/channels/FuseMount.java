package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.metrics.MetricsHistory;
import io.ringmount.channels.metrics.MetricsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted file system, served by channels of this process from {@link #mount} until it is
 * unmounted, by {@link #close} or by anybody else.
 *
 * <pre>{@code
 * try (FuseMount mount = FuseMount.mount(fileSystem, Path.of("/mnt/x"), MountOptions.of("x"))) {
 *   mount.awaitEnd(Duration.ofDays(1));
 * }
 * }</pre>
 *
 * <p>Needs CAP_SYS_ADMIN. Threads of this process must not wait for the mount, as a garbage
 * collection that waits for them would stop the channels.
 */
public final class FuseMount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FuseMount.class);

  /** How {@code /proc/mounts} shows the type. */
  public static final String FS_TYPE = "fuse.ringmount";

  /** Exit code of a process that cannot go on. */
  private static final int FAILED = 1;

  /** How long {@link #close} serves those who still have files open. */
  private static final long GRACE_MILLIS = 10_000;

  private final Path mountpoint;
  private final int device;
  private final MountEntry entry;
  private final long identity;
  private final SelectedTransport served;
  private final Agreement agreement;
  private final Custody custody;
  private final RingMode ringMode;
  private volatile boolean left;
  private boolean closed;

  FuseMount(
      Path mountpoint,
      int device,
      MountEntry entry,
      SelectedTransport served,
      Agreement agreement,
      Custody custody,
      RingMode ringMode) {
    this.custody = custody;
    this.ringMode = ringMode;
    this.agreement = agreement;
    this.mountpoint = mountpoint;
    this.device = device;
    this.entry = entry;
    this.identity = MountIdentity.of(mountpoint);
    this.served = served;
    for (Channel channel : served.transport().channels()) {
      channel.failure().thenAccept(cause -> fail(channel, cause));
    }
  }

  /** As the other; what this process has of the mount ends with it. */
  public static FuseMount mount(FileSystem fileSystem, Path mountpoint, MountOptions options)
      throws IOException {
    return mount(fileSystem, mountpoint, options, Custody.NONE);
  }

  /**
   * Mounts and serves; returns when every request of every CPU is served. A failure leaves nothing
   * behind.
   *
   * @param fileSystem stays the caller's
   * @param mountpoint an existing directory
   * @param custody gets what a successor needs, under the names of {@link Inheritance}
   * @throws IOException with the cause and, where there is one, the remedy
   */
  public static FuseMount mount(
      FileSystem fileSystem, Path mountpoint, MountOptions options, Custody custody)
      throws IOException {
    return new Mounter(fileSystem, mountpoint.toRealPath(), options, custody).mount();
  }

  /**
   * Prepares to serve a mount that another process serves, or has served; that one notices nothing.
   * {@link #takeOver} must follow, or {@link #abandon}.
   *
   * @param fileSystem knows the nodes and handles that the other's has given out; stays the
   *     caller's
   * @param mountpoint where it is mounted, by its real path
   * @param inheritance what the other process gave into custody
   * @param custody gets what a successor of this process needs
   * @throws IOException when this program cannot go on from there
   */
  public static FuseMount inherit(
      FileSystem fileSystem,
      Path mountpoint,
      MountOptions options,
      Inheritance inheritance,
      Custody custody)
      throws IOException {
    return new Mounter(fileSystem, mountpoint, options, custody).inherit(inheritance);
  }

  /**
   * Waits until the process that served before has {@linkplain #leave left}; before {@link
   * #takeOver}. All that it has begun with it answers.
   *
   * @param lives whether it has not died
   * @return false when it died before
   */
  public boolean awaitPredecessor(BooleanSupplier lives) {
    while (!agreement.awaitLeft()) {
      if (!lives.getAsBoolean()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Serves from now on; returns when every request of every CPU is served.
   *
   * @param left what earlier processes gave into custody, as of now
   * @param predecessorLives whether the process that served before, and has {@linkplain #leave
   *     left}, still answers requests that it had begun with
   * @return whether the kernel brings everything that has waited meanwhile; otherwise somebody who
   *     is not this process must make a request on each processor
   */
  public boolean takeOver(Inheritance left, boolean predecessorLives) throws IOException {
    served.transport().succeed(left, predecessorLives);
    served.transport().start();
    agreement.began();
    return served.transport().bringsAll();
  }

  /**
   * The process that had served before is gone.
   *
   * @param left what earlier processes gave into custody, as of now
   * @return false when this process cannot go on with what that one left: another one must, after
   *     this one's end
   */
  public boolean predecessorEnded(Inheritance left) {
    return served.transport().predecessorEnded(left);
  }

  /** Requests that were taken over from an earlier process. */
  public long recovered() {
    return total(Metric.RECOVERED);
  }

  /** Those of them that process had begun with. */
  public long resumed() {
    return total(Metric.RESUMED);
  }

  private long total(Metric metric) {
    return served.transport().channels().stream()
        .mapToLong(channel -> channel.metrics().value(metric))
        .sum();
  }

  /** For how long nobody served before {@link #takeOver}, in ns; 0 when it is not known. */
  public long pauseNanos() {
    return agreement.pauseNanos();
  }

  /**
   * Stops to serve so that another process can; returns when no request is begun here any more, so
   * that a successor may take over what the file system knows. {@link #leave} must follow.
   *
   * @throws IOException when a channel does not stop within seconds; only the end of the process
   *     then leaves the mount to a successor
   */
  public void quiesce() throws IOException, InterruptedException {
    left = true;
    agreement.stopped();
    agreement.leaving(true);
    served.transport().quiesce();
  }

  /**
   * Leaves the mount to another process, which may have begun with {@link #quiesce}; returns when
   * the kernel brings nothing to this one any more. Requests that the file system has still end
   * here: see {@link #isDrained}.
   *
   * @throws IOException as {@link #quiesce}
   */
  public void leave() throws IOException, InterruptedException {
    if (!left) {
      quiesce();
    }
    served.transport().leave();
    agreement.leaving(false);
  }

  /**
   * Whether {@link #leave} loses no request. Where it would, {@linkplain #endServing only the end
   * of the process} leaves all of them to a successor.
   */
  public boolean leavesWithoutLoss() {
    return served.transport().leavesWithoutLoss();
  }

  /** Says that nobody serves from now on, as the process ends to leave the mount to another. */
  public void endServing() {
    agreement.stopped();
  }

  /** Whether this process {@linkplain #quiesce leaves} the mount to another, or has left it. */
  public boolean hasLeft() {
    return left;
  }

  /** Whether, after {@link #leave}, every request that the file system had is answered. */
  public boolean isDrained() {
    return served.transport().channels().stream().allMatch(channel -> channel.running() == 0);
  }

  /**
   * Gives back what this process has of the mount, before it has {@linkplain #takeOver taken over}
   * or once it has {@linkplain #leave left} and is drained; the mount stays with whoever has it.
   */
  public synchronized void abandon() throws IOException {
    served.close();
    agreement.close();
    FileOps.close(device);
    closed = true;
  }

  /** Ends the connection; mounts fusectl where it is to be found by custom, if nobody has yet. */
  private void abort() throws IOException {
    if ((Poll.one(device, Poll.POLLIN, 0) & Poll.POLLERR) != 0) {
      return; // It has ended, and its number may be another's.
    }
    FuseConnection connection = new FuseConnection(entry.deviceMinor());
    if (!connection.available() && Mounts.find(FuseConnection.CONTROL).isEmpty()) {
      Mounts.mount("fusectl", FuseConnection.CONTROL, "fusectl", 0, "");
    }
    if (connection.available()) {
      connection.abort();
    }
  }

  /**
   * Without one of its channels a mount would leave callers waiting: another process goes on, or
   * they get errors.
   */
  private void fail(Channel channel, Throwable cause) {
    if (custody.outlives()) {
      LOG.error("{} failed; this process ends so that another can serve", channel.name(), cause);
      Runtime.getRuntime().halt(FAILED);
    }
    LOG.error("{} failed; {} is given up", channel.name(), mountpoint, cause);
    try {
      abort();
    } catch (IOException e) {
      LOG.error("the connection of {} cannot be aborted", mountpoint, e);
    }
  }

  public Path mountpoint() {
    return mountpoint;
  }

  /** The transport in use, never {@link TransportKind#AUTO}. */
  public TransportKind transport() {
    return served.kind();
  }

  /** Why this transport and no other, in a few words. */
  public String transportReason() {
    return served.reason();
  }

  /**
   * Whether each channel's thread has gone on since this was last asked, or waits for requests, by
   * the kernel's number of the thread. By one thread, in intervals.
   */
  public Map<Integer, Boolean> threadsGoingOn() {
    Map<Integer, Boolean> threads = new LinkedHashMap<>();
    for (Channel channel : served.transport().channels()) {
      threads.put(channel.threadId(), channel.goesOn());
    }
    return threads;
  }

  public List<ChannelStatus> channels() {
    return served.transport().channels().stream().map(Channel::status).toList();
  }

  /** Bytes that all slots take once every one has been used in full. */
  public long memoryBytes() {
    return served.slots().bytes();
  }

  /** How the channels wait at present. */
  public Tuning tuning() {
    return served.session().tuning();
  }

  /** Makes the channels wait otherwise, from their next wait on; no request notices. */
  public void tune(Tuning tuning) throws IOException {
    served.session().tune(tuning);
  }

  /** How rings are submitted; empty when the transport has none. */
  public Optional<RingMode> ringMode() {
    return served.kind() == TransportKind.URING ? Optional.of(ringMode) : Optional.empty();
  }

  /**
   * Whether the kernel knows a node: whether it will ever mention it again, unless a reply that is
   * under way tells it of the node. Waits while the kernel is just forgetting it, as long as a
   * backend takes to write the last pages; {@link #close} ends that.
   *
   * @return true too when this process does not serve
   */
  public boolean knows(long node) {
    long copy;
    synchronized (this) {
      copy = closed || left ? -1 : FileOps.dup(device);
    }
    if (copy < 0) {
      return true;
    }
    try {
      return FuseDevice.knows((int) copy, node);
    } finally {
      FileOps.close((int) copy);
    }
  }

  /** Has what earlier processes have counted added to {@link #metrics}; may be said again. */
  public void follow(MetricsHistory earlier) {
    served.session().follow(earlier);
  }

  /** What the channels have recorded until now, and go on recording. */
  public MetricsReader metrics() {
    return served.session().metrics();
  }

  /** The kernel's number of this connection, under {@code /sys/fs/fuse/connections}. */
  public int connectionId() {
    return entry.deviceMinor();
  }

  /**
   * Waits until the mount is gone, by whoever undid it; false when it is still there in the end.
   */
  public boolean awaitEnd(Duration timeout) throws InterruptedException {
    return served.transport().awaitEnd(timeout.toMillis());
  }

  /**
   * Unmounts. A mount in use is taken out of the tree and served for ten more seconds to those who
   * have files open; then they get errors. Idempotent; returns when nothing is left. When it
   * throws, what is left stays as it is and it may be called again.
   */
  @Override
  public void close() throws IOException {
    close(GRACE_MILLIS);
  }

  /**
   * As {@link #close()}.
   *
   * @param graceMillis how long those are served who still have files open
   */
  synchronized void close(long graceMillis) throws IOException {
    if (closed) {
      return;
    }
    try {
      unmount(graceMillis);
      if (!served.transport().awaitEnd(graceMillis)) {
        LOG.warn(
            "{} is still in use after {} ms: its users get errors now", mountpoint, graceMillis);
        abort();
      }
      served.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + mountpoint + " was being unmounted", e);
    }
    agreement.close();
    FileOps.close(device);
    closed = true;
  }

  /** Takes the mount out of the tree, if it is still there and still ours. */
  private void unmount(long graceMillis) throws IOException {
    Optional<MountEntry> present =
        Mounts.list().stream()
            .filter(e -> e.id() == entry.id() && e.deviceMinor() == entry.deviceMinor())
            .findFirst();
    if (present.isEmpty()) {
      return;
    }
    Path target = Path.of(present.get().mountPoint());
    long there = MountIdentity.of(target);
    if (there != identity && there != MountIdentity.UNKNOWN && identity != MountIdentity.UNKNOWN) {
      return;
    }
    try {
      Mounts.umount(target, Mounts.UMOUNT_NOFOLLOW);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EINVAL) {
        return; // Somebody else undid it just now.
      }
      if (e.errno() != Errno.EBUSY) {
        throw e;
      }
      LOG.info("{} is in use: detached, {} ms left for its users", target, graceMillis);
      Mounts.umount(target, Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
    }
  }
}
