package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.metrics.MetricsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /** How long {@link #close} serves those who still have files open. */
  private static final long GRACE_MILLIS = 10_000;

  private static final int PAGE = 4096;
  private static final Path MAX_PAGES = Path.of("/proc/sys/fs/fuse/max_pages_limit");
  private static final int DEFAULT_MAX_PAGES = 256;

  private final Path mountpoint;
  private final int device;
  private final MountEntry entry;
  private final long identity;
  private final SelectedTransport served;
  private final RingMode ringMode;
  private boolean closed;

  private FuseMount(
      Path mountpoint, int device, MountEntry entry, SelectedTransport served, RingMode ringMode) {
    this.ringMode = ringMode;
    this.mountpoint = mountpoint;
    this.device = device;
    this.entry = entry;
    this.identity = MountIdentity.of(mountpoint);
    this.served = served;
  }

  /**
   * Mounts and serves; returns when every request of every CPU is served. A failure leaves nothing
   * behind.
   *
   * @param fileSystem stays the caller's
   * @param mountpoint an existing directory
   * @throws IOException with the cause and, where there is one, the remedy
   */
  public static FuseMount mount(FileSystem fileSystem, Path mountpoint, MountOptions options)
      throws IOException {
    Path target = mountpoint.toRealPath();
    int maxWrite = Math.min(options.maxWrite(), maxPages() * PAGE);
    int device = FuseDevice.open();
    boolean mounted = false;
    SelectedTransport served = null;
    try {
      mountDevice(device, target, options);
      mounted = true;
      MountEntry entry =
          Mounts.find(target)
              .filter(e -> e.fsType().equals(FS_TYPE))
              .orElseThrow(() -> new IOException("the mount on " + target + " is gone again"));
      Handshake handshake = Handshake.read(device);
      served =
          new TransportSelector(fileSystem, device, options, maxWrite)
              .select(handshake.offersUring());
      handshake.answer(
          fileSystem.features(),
          served.kind() == TransportKind.URING,
          maxWrite,
          options.maxBackground() > 0 ? options.maxBackground() : served.inFlight());
      served.transport().start();
      FuseMount mount = new FuseMount(target, device, entry, served, options.ringMode());
      for (Channel channel : served.transport().channels()) {
        channel.failure().thenAccept(cause -> mount.fail(channel, cause));
      }
      return mount;
    } catch (Throwable e) {
      // Also errors: a mount that nobody serves hangs whoever looks at it.
      undo(target, mounted, device, served, e);
      throw e;
    }
  }

  private static int maxPages() {
    try {
      return (int) KernelFile.readNumber(MAX_PAGES);
    } catch (IOException olderThanTheSetting) {
      return DEFAULT_MAX_PAGES;
    }
  }

  private static void mountDevice(int device, Path target, MountOptions options)
      throws IOException {
    long flags = Mounts.MS_NOSUID | Mounts.MS_NODEV | (options.readOnly() ? Mounts.MS_RDONLY : 0);
    String data =
        "fd=%d,rootmode=40755,user_id=0,group_id=0,default_permissions,allow_other"
            .formatted(device);
    try {
      Mounts.mount(options.source(), target, FS_TYPE, flags, data);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM) {
        throw new IOException("mounting on " + target + " needs root (CAP_SYS_ADMIN)", e);
      }
      throw e;
    }
  }

  /** Takes back a mount that did not come up. */
  private static void undo(
      Path target, boolean mounted, int device, SelectedTransport served, Throwable cause) {
    try {
      if (mounted) {
        // The kernel ends the connection first, so that no thread waits for it any more.
        Mounts.umount(target, Mounts.MNT_FORCE | Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    try {
      if (served != null) {
        served.close();
      }
      FileOps.close(device);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
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

  /** Without one of its channels a mount would leave callers waiting: they get errors instead. */
  private void fail(Channel channel, Throwable cause) {
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

  public List<ChannelStatus> channels() {
    return served.transport().channels().stream().map(Channel::status).toList();
  }

  /** Bytes that all slots take once every one has been used in full. */
  public long memoryBytes() {
    return served.region().bytes();
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
