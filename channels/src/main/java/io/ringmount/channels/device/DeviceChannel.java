package io.ringmount.channels.device;

import io.ringmount.channels.Channel;
import io.ringmount.channels.Outcomes;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.InterruptSignal;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.waiting.Arrivals;
import io.ringmount.channels.waiting.WaitStrategy;
import io.ringmount.channels.waiting.WakeUp;
import io.ringmount.channels.wire.OutHeader;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel on a descriptor of {@code /dev/fuse}: one read a request, one write a reply. A reply
 * must go to the descriptor its request came from, so whoever replies writes it there at once; only
 * the slot returns to the channel's thread. Protocol: fuse(4), kernel {@code fs/fuse/dev.c}.
 *
 * <p>A thread in a blocking read cannot be woken. So while requests wait in this channel for what
 * other threads bring, the descriptor does not block, and the thread waits for it and for a {@link
 * WakeUp} together.
 */
public final class DeviceChannel extends Channel {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceChannel.class);

  private static final int OTHERS_MILLIS = 100;

  private final int fd;

  /** Whether the thread can be woken while it waits for requests, at the price of a call each. */
  private final boolean wakeable;

  private final Arrivals arrivals = this::isReadable;
  private final WakeUp wakeUp = new WakeUp();
  private final SlotWait slotWait = new SlotWait();

  /** Of the descriptor and the wake-up. */
  private Poll poll;

  /** Of the descriptor alone. */
  private Poll readable;

  /** Whether the descriptor is in non-blocking mode. */
  private boolean nonBlocking;

  /** What is known of requests that are delivered again. */
  private volatile Outcomes earlier = Outcomes.NONE;

  /** Set while the thread waits for a request, or for a slot to read it into. */
  private volatile boolean waiting;

  /** Set when no more requests are to be read. */
  private volatile boolean stopped;

  /** The slot that the next request goes to. Channel thread only. */
  private Slot next;

  /**
   * @param fd a descriptor of the connection; stays the caller's, who closes it after the end
   * @param copies for detached requests
   */
  public DeviceChannel(String name, int cpu, int fd, Slot[] slots, Slot[] copies, Session session) {
    this(name, cpu, fd, slots, copies, session, false);
  }

  private DeviceChannel(
      String name,
      int cpu,
      int fd,
      Slot[] slots,
      Slot[] copies,
      Session session,
      boolean wakeable) {
    super(name, cpu, slots, copies, session);
    this.fd = fd;
    this.wakeable = wakeable;
  }

  /** A channel for what never comes through rings: few requests, and none that anybody awaits. */
  public static DeviceChannel ofControl(int fd, Slot[] slots, Slot[] copies, Session session) {
    return new DeviceChannel("channel-control", UNPINNED, fd, slots, copies, session, true);
  }

  @Override
  protected void open() throws LinuxException {
    wakeUp.open();
    readable = new Poll(1);
    readable.add(fd, Poll.POLLIN);
    poll = new Poll(2);
    poll.add(fd, Poll.POLLIN);
    poll.add(wakeUp.fd(), Poll.POLLIN);
    for (Slot slot : slots()) {
      recycle(slot);
    }
  }

  @Override
  protected void run(ReadySignal signal) throws LinuxException {
    signal.ready();
    boolean connected = true;
    while (connected) {
      process();
      if (stopped && !hasRunnable()) {
        if (!hasWaiting()) {
          return;
        }
        awaitOthers();
      } else if (!hasRunnable()) {
        waiting = true;
        connected = !nextSlot() || !mayRead() || awaitRequest();
        waiting = false;
      }
    }
  }

  /** Waits for what other threads bring, and for no request. */
  private void awaitOthers() throws LinuxException {
    wakeUp.announce();
    if (!hasRunnable()) {
      Poll.one(wakeUp.fd(), Poll.POLLIN, OTHERS_MILLIS);
      wakeUp.drain();
    }
    wakeUp.end();
  }

  /** Says, before the channel serves, what is known of requests that are delivered again. */
  void earlier(Outcomes known) {
    earlier = known;
  }

  /**
   * Makes the thread read no more, and end when no request waits in this channel. Unless the
   * channel is {@linkplain #ofControl one of control}, its read must be {@linkplain #interruptRead
   * interrupted} for it to notice. Any thread.
   */
  public void stop() {
    stopped = true;
    slotWait.wake(thread());
    wakeUp.signal();
  }

  /** Waits for a request and reads it into the next slot; false when the connection has ended. */
  private boolean awaitRequest() throws LinuxException {
    WaitStrategy strategy = waitStrategy();
    if (mayPoll() && strategy.polls()) {
      long start = System.nanoTime();
      boolean found = strategy.poll(arrivals);
      metrics().polled(found, System.nanoTime() - start);
      if (found) {
        // Unless another channel was faster: then the read waits as it would have at once.
        return readRequest();
      }
    }
    strategy.blocking();
    boolean connected = readRequest();
    strategy.unblocked();
    metrics().waited();
    return connected;
  }

  private boolean isReadable() {
    metrics().systemCall();
    return readable.await(0) > 0;
  }

  /** Reads a request into the next slot; false when the connection has ended. */
  private boolean readRequest() throws LinuxException {
    next.offered();
    int bytes = (int) FuseDevice.read(fd, next.deviceAddress(), next.deviceSize());
    metrics().systemCall();
    lookAtClock();
    if (bytes > 0) {
      if (next.receivedFromDevice(bytes, this, earlier)) {
        if (next.isResent()) {
          metrics().recovered(next.isResumed());
        }
        received(next);
        waitStrategy().served(next.bulk());
        next = null;
      } else {
        metrics().failed();
        LOG.error("{}: a request of {} bytes has no header and was dropped", name(), bytes);
      }
      return true;
    }
    // 0: the device never says so; a socket in its place does when the other end is closed.
    return bytes != 0 && !ended(-bytes);
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

  /** Sees to a slot for the next request; false when something else is to be done first. */
  private boolean nextSlot() {
    if (next != null) {
      return true;
    }
    next = takeFree();
    if (next == null) {
      slotWait.announce();
      next = takeFree();
      if (next == null && !hasRunnable()) {
        LockSupport.park(this);
      }
      slotWait.end();
    }
    return next != null;
  }

  /** Whether a read would not keep the thread from what others bring meanwhile. */
  private boolean mayRead() throws LinuxException {
    if (!wakeable && !hasWaiting()) {
      if (nonBlocking) {
        blockReads(true);
      }
      // Room may have been made since it was last looked: then nobody will say so again.
      return !hasRunnable();
    }
    if (!nonBlocking) {
      blockReads(false);
    }
    wakeUp.announce();
    boolean request = false;
    if (!hasRunnable() && !stopped) {
      poll.await(Poll.FOREVER);
      metrics().systemCall();
      request = poll.returned(0) != 0;
      if (poll.returned(1) != 0) {
        wakeUp.drain();
      }
    }
    wakeUp.end();
    return request;
  }

  private void blockReads(boolean block) throws LinuxException {
    LinuxException.check(FileOps.setNonBlocking(fd, !block), "fcntl", "/dev/fuse");
    nonBlocking = !block;
  }

  /** Makes a read that waits return; one that is about to wait is missed. Any thread. */
  void interruptRead(InterruptSignal signal) {
    if (waiting) {
      signal.send(threadId());
    }
  }

  @Override
  protected boolean isWaiting() {
    return waiting;
  }

  @Override
  protected void wake() {
    slotWait.wake(thread());
    wakeUp.wake();
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
    slot.offered();
    recycle(slot);
    if (!onThread()) {
      slotWait.wake(thread());
    }
  }

  /** Writes a reply; ENOENT: nobody waits for it any more, ENODEV: the mount is gone. */
  private long write(long start, long length) {
    long result;
    do {
      result = FuseDevice.write(fd, start, length);
      metrics().systemCall();
    } while (result == -Errno.EINTR);
    metrics().batch(1);
    return result;
  }

  /** The kernel did not take the reply, and still waits for one. */
  private void refused(Slot slot, int bytes, int errno) {
    metrics().failed();
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
    // Others may wake the channel as long as requests are with the file system.
  }

  /** Gives back what other threads may have used until now. */
  public void close() {
    wakeUp.close();
  }
}
