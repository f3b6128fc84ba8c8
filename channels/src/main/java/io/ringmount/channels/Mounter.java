package io.ringmount.channels;

import io.ringmount.channels.linux.BackingDevice;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.Poll;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a mount, or takes one over; a failure leaves everything as it was. */
final class Mounter {
  private static final Logger LOG = LoggerFactory.getLogger(Mounter.class);
  private static final int PAGE = 4096;
  private static final Path MAX_PAGES = Path.of("/proc/sys/fs/fuse/max_pages_limit");
  private static final int DEFAULT_MAX_PAGES = 256;

  private final FileSystem fileSystem;
  private final Path target;
  private final MountOptions options;
  private final Custody custody;

  private int device;
  private boolean mounted;
  private SelectedTransport served;
  private Agreement agreement;

  /**
   * @param target an existing directory, by its real path
   */
  Mounter(FileSystem fileSystem, Path target, MountOptions options, Custody custody) {
    this.fileSystem = fileSystem;
    this.target = target;
    this.options = options;
    this.custody = custody;
  }

  /** Mounts and serves; returns when every request of every CPU is served. */
  FuseMount mount() throws IOException {
    int maxWrite = maxWrite();
    device = FuseDevice.open();
    try {
      mountDevice();
      mounted = true;
      MountEntry entry = entry();
      Handshake handshake = Handshake.read(device);
      served =
          new TransportSelector(fileSystem, device, options, maxWrite, Inheritance.NONE, custody)
              .select(handshake.offersUring());
      long agreed = handshake.takes(features());
      agreement = Agreement.create(served.kind(), agreed, entry.deviceMinor());
      fileSystem.agreed(Feature.of(agreed), new BackingFiles(device));
      custody.keep(Inheritance.CONNECTION, device);
      custody.keep(Inheritance.AGREEMENT, agreement.fd());
      handshake.answer(
          agreed,
          served.kind() == TransportKind.URING,
          maxWrite,
          options.maxBackground() > 0 ? options.maxBackground() : served.inFlight());
      readAhead(entry);
      served.transport().start();
      return new FuseMount(target, device, entry, served, agreement, custody, options.ringMode());
    } catch (Throwable e) {
      // Also errors: a mount that nobody serves hangs whoever looks at it.
      undo(e);
      throw e;
    }
  }

  /** Prepares to serve what another process serves or has served. */
  FuseMount inherit(Inheritance inheritance) throws IOException {
    device =
        (int) LinuxException.check(FileOps.dup(inheritance.get(Inheritance.CONNECTION)), "dup", "");
    try {
      agreement = Agreement.inherit(inheritance.get(Inheritance.AGREEMENT));
      long missing = agreement.features() & ~features();
      if (missing != 0) {
        throw new IOException(
            "the mount was made for features that are not offered here: flags %x of INIT"
                .formatted(missing));
      }
      fileSystem.agreed(Feature.of(agreement.features()), new BackingFiles(device));
      if ((Poll.one(device, Poll.POLLIN, 0) & Poll.POLLERR) != 0) {
        throw new IOException("the mount on " + target + " is gone");
      }
      MountEntry entry = entry();
      if (entry.deviceMinor() != agreement.connection()) {
        throw new IOException("another mount is on " + target);
      }
      served =
          new TransportSelector(fileSystem, device, options, maxWrite(), inheritance, custody)
              .inherit(agreement.transport());
      return new FuseMount(target, device, entry, served, agreement, custody, options.ringMode());
    } catch (Throwable e) {
      undo(e);
      throw e;
    }
  }

  /**
   * After INIT, at which the kernel sets it anew. Where it cannot be set a mount is only slower.
   */
  private void readAhead(MountEntry entry) {
    try {
      new BackingDevice(entry.deviceMinor()).readahead(options.readahead());
    } catch (IOException e) {
      LOG.warn(
          "the kernel reads ahead of {} as far as it does by itself: {}", target, e.toString());
    }
  }

  private long features() {
    return Feature.flags(fileSystem.features());
  }

  private int maxWrite() {
    int pages;
    try {
      pages = (int) KernelFile.readNumber(MAX_PAGES);
    } catch (IOException olderThanTheSetting) {
      pages = DEFAULT_MAX_PAGES;
    }
    return Math.min(options.maxWrite(), pages * PAGE);
  }

  private MountEntry entry() throws IOException {
    return Mounts.find(target)
        .filter(e -> e.fsType().equals(FuseMount.FS_TYPE))
        .orElseThrow(() -> new IOException("the mount on " + target + " is gone again"));
  }

  private void mountDevice() throws IOException {
    long flags = Mounts.MS_NOSUID | Mounts.MS_NODEV | (options.readOnly() ? Mounts.MS_RDONLY : 0);
    String data =
        "fd=%d,rootmode=40755,user_id=0,group_id=0,default_permissions,allow_other"
            .formatted(device);
    try {
      Mounts.mount(options.source(), target, FuseMount.FS_TYPE, flags, data);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM) {
        throw new IOException("mounting on " + target + " needs root (CAP_SYS_ADMIN)", e);
      }
      throw e;
    }
  }

  /** Takes back what has been done so far. */
  private void undo(Throwable cause) {
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
      if (agreement != null) {
        agreement.close();
      }
      FileOps.close(device);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
