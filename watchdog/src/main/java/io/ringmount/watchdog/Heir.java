package io.ringmount.watchdog;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.Poll;
import java.time.Duration;
import java.util.Optional;

/**
 * The daemon that another one yielded to under a watchdog that has died. Either it was told to take
 * over, and will come and say that it serves, or it was not, and will end.
 */
final class Heir implements AutoCloseable {
  private final PidFd process;
  private final EventLoop.Watch watch;
  private final Alarm alarm;

  private Heir(EventLoop loop, PidFd process, Duration limit, Runnable onEnd) {
    this.process = process;
    watch = loop.watch(process.fd(), Poll.POLLIN, _ -> onEnd.run());
    alarm = new Alarm(loop);
    alarm.set(limit, this::kill);
  }

  /**
   * Waits for one.
   *
   * @param limit after which it is killed, for what it is cannot be known
   * @return empty when it has ended already
   */
  static Optional<Heir> await(EventLoop loop, int pid, Duration limit, Runnable onEnd)
      throws LinuxException {
    if (pid <= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Heir(loop, PidFd.open(pid), limit, onEnd));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void kill() {
    try {
      process.sendSignal(PidFd.SIGKILL);
    } catch (LinuxException ended) {
      // Then its end is seen next.
    }
  }

  @Override
  public void close() {
    alarm.clear();
    watch.cancel();
    process.close();
  }
}
