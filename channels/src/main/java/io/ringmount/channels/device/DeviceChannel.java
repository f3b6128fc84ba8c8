package io.ringmount.channels.device;

import io.ringmount.channels.Channel;
import io.ringmount.channels.Dispatcher;
import io.ringmount.channels.Slot;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.wire.OutHeader;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel on a descriptor of {@code /dev/fuse}: one read a request, one write a reply. A reply
 * must go to the descriptor its request came from, so whoever replies writes it there at once; only
 * the slot returns to the channel's thread. Protocol: fuse(4), kernel {@code fs/fuse/dev.c}.
 */
public final class DeviceChannel extends Channel {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceChannel.class);

  private final int fd;

  /** Set while the thread has no free slot and sleeps, or is about to. */
  private volatile boolean starved;

  /**
   * The slot that this thread answered last: the next request goes there, as its memory is still in
   * the processor's cache. Channel thread only.
   */
  private Slot warm;

  /**
   * @param fd a descriptor of the connection; stays the caller's, who closes it after the end
   */
  public DeviceChannel(String name, int cpu, int fd, Slot[] slots, Dispatcher dispatcher) {
    super(name, cpu, slots, dispatcher);
    this.fd = fd;
  }

  @Override
  protected void open() {
    for (Slot slot : slots()) {
      recycle(slot);
    }
  }

  @Override
  protected void run(ReadySignal signal) throws LinuxException {
    signal.ready();
    Slot slot = awaitFree();
    while (true) {
      slot.offered();
      int bytes = (int) FuseDevice.read(fd, slot.deviceAddress(), slot.deviceSize());
      if (bytes < 0) {
        if (ended(-bytes)) {
          return;
        }
      } else if (bytes == 0) {
        // The device never says so; a socket in its place does when the other end is closed.
        return;
      } else if (!slot.receivedFromDevice(bytes)) {
        counters().countFailed();
        LOG.error("{}: a request of {} bytes has no header and was dropped", name(), bytes);
      } else {
        received(slot);
        process();
        slot = awaitFree();
      }
    }
  }

  /** Whether a failed read means that the connection is gone; otherwise reading goes on. */
  private boolean ended(int errno) throws LinuxException {
    return switch (errno) {
      case Errno.ENODEV, Errno.ECONNABORTED -> true;
      // The request was taken back between the wake-up and the read; or a signal came.
      case Errno.ENOENT, Errno.EINTR, Errno.EAGAIN -> false;
      default -> throw new LinuxException("read", "/dev/fuse", errno);
    };
  }

  private Slot awaitFree() {
    Slot slot = warm;
    if (slot != null) {
      warm = null;
      return slot;
    }
    slot = takeFree();
    while (slot == null) {
      // Say "starved", then look; the other side recycles, then looks at "starved".
      starved = true;
      slot = takeFree();
      if (slot == null) {
        LockSupport.park(this);
        slot = takeFree();
      }
      starved = false;
    }
    return slot;
  }

  @Override
  protected void reply(Slot slot, boolean answerable, int error, int bytes) {
    if (answerable) {
      long start = slot.replyToDevice(error, bytes);
      slot.ready();
      long result = write(start, OutHeader.SIZE + bytes);
      if (result < 0 && result != -Errno.ENOENT && result != -Errno.ENODEV) {
        refused(slot, bytes, (int) -result);
      }
    }
    if (onThread() && warm == null) {
      warm = slot;
      return;
    }
    recycle(slot);
    if (starved && !onThread()) {
      LockSupport.unpark(thread());
    }
  }

  /** Writes a reply; ENOENT: nobody waits for it any more, ENODEV: the mount is gone. */
  private long write(long start, long length) {
    long result;
    do {
      result = FuseDevice.write(fd, start, length);
    } while (result == -Errno.EINTR);
    return result;
  }

  /** The kernel did not take the reply, and still waits for one. */
  private void refused(Slot slot, int bytes, int errno) {
    counters().countFailed();
    LOG.error(
        "{}: the kernel refused the {} byte reply to request {}: {}",
        name(),
        bytes,
        slot.unique(),
        Errno.describe(errno));
    write(slot.replyToDevice(-Errno.EIO, 0), OutHeader.SIZE);
  }

  @Override
  protected void release() {
    // Nothing is this thread's own.
  }
}
