package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class PidFdTest {
  @Test
  void killedProcessIsSeenToEnd() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try (PidFd process = PidFd.open(sleep.pid())) {
      assertFalse(process.isExited());
      process.sendSignal(0);
      assertFalse(process.awaitExit(20));
      process.sendSignal(PidFd.SIGKILL);
      assertTrue(process.awaitExit(10_000));
      assertTrue(process.isExited());
      assertTrue(sleep.waitFor(10, TimeUnit.SECONDS));
      assertEquals(128 + PidFd.SIGKILL, sleep.exitValue());
      LinuxException gone = assertThrows(LinuxException.class, () -> process.sendSignal(0));
      assertEquals(Errno.ESRCH, gone.errno());
      assertEquals("pidfd_send_signal", gone.call());
    } finally {
      sleep.destroyForcibly();
    }
  }

  @Test
  void termEndsAProcess() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try (PidFd process = PidFd.open(sleep.pid())) {
      process.sendSignal(PidFd.SIGTERM);
      assertTrue(process.awaitExit(Poll.FOREVER));
    } finally {
      sleep.destroyForcibly();
    }
  }

  @Test
  void descriptorIsCopied() throws LinuxException {
    try (PidFd self = PidFd.open(ProcessHandle.current().pid());
        EventFd event = EventFd.create();
        EventFd copy = EventFd.adopt(self.getFd(event.fd()))) {
      copy.signal();
      assertEquals(1, event.drain());
      LinuxException e = assertThrows(LinuxException.class, () -> self.getFd(1_000_000));
      assertEquals(Errno.EBADF, e.errno());
    }
  }

  @Test
  void aThreadIsSeenToEnd() throws Exception {
    CompletableFuture<Integer> id = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              id.complete(Scheduling.currentThread());
              LockSupport.park();
            });
    try (PidFd running = PidFd.openThread(id.get())) {
      assertFalse(running.awaitExit(20));
      LockSupport.unpark(thread);
      assertTrue(running.awaitExit(10_000));
    }
    thread.join();
    LinuxException e = assertThrows(LinuxException.class, () -> PidFd.openThread(id.get()));
    assertEquals(Errno.ESRCH, e.errno());
  }

  @Test
  void absentProcessIsAnError() {
    LinuxException e = assertThrows(LinuxException.class, () -> PidFd.open(4_194_304));
    assertTrue(e.errno() == Errno.ESRCH || e.errno() == Errno.EINVAL, e.getMessage());
    assertTrue(e.getMessage().startsWith("pidfd_open process 4194304: "), e.getMessage());
  }
}
