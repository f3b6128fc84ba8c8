package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import io.ringmount.daemon.fs.LookupAudit;
import io.ringmount.daemon.fs.MirrorFileSystem;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears up after processes that served and were killed: what they were in the middle of, and nodes
 * that they left behind. A thread of its own, as that takes the longer the more files are known,
 * and the kernel may let it wait for a backend; no other thread does.
 */
final class AuditThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditThread.class);

  /** Far longer than a request takes whose backend does not hang. */
  private static final long INTERVAL_MILLIS = 30_000;

  private final MirrorFileSystem fileSystem;
  private final FuseMount mount;
  private final Thread thread;

  /** Ends of predecessors that have not been seen to. */
  private final Semaphore ends = new Semaphore(0);

  /** Guarded by this object. */
  private boolean leaving;

  private volatile boolean closed;

  private AuditThread(MirrorFileSystem fileSystem, FuseMount mount) {
    this.fileSystem = fileSystem;
    this.mount = mount;
    this.thread = Thread.ofPlatform().daemon().name("lookup-audit").start(this::run);
  }

  /** Begins for a process that now serves. */
  static AuditThread start(MirrorFileSystem fileSystem, FuseMount mount) {
    return new AuditThread(fileSystem, mount);
  }

  /** All processes that served before have ended, one of them not by itself. */
  void predecessorsGone() {
    ends.release();
  }

  private void run() {
    LookupAudit audit = fileSystem.lookupAudit();
    try {
      while (!closed && !mount.hasLeft()) {
        if (ends.tryAcquire(INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
          clearUp();
          audit.doubtAll();
        }
        int ended = audit.step(mount::knows);
        if (ended > 0) {
          LOG.debug("{} nodes of an earlier process had been forgotten", ended);
        }
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("what earlier processes left is not cleared up", e);
    }
  }

  private synchronized void clearUp() {
    if (!leaving) {
      fileSystem.predecessorsGone();
    }
  }

  /**
   * This process is going to leave the mount: nothing is cleared up any more when this returns, as
   * what a successor is in the middle of could not be told from what predecessors were. The
   * successor does it.
   */
  synchronized void leave() {
    leaving = true;
  }

  /** Ends it; when this returns it touches neither mount nor file system any more. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
