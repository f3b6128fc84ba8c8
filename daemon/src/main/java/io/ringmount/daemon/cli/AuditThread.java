package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import io.ringmount.daemon.fs.LookupAudit;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, once a process that served was killed, for nodes that it left behind. A thread of its own,
 * as the kernel may let it wait for a backend; no other thread does.
 */
final class AuditThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditThread.class);

  /** Far longer than a request takes whose backend does not hang. */
  private static final long INTERVAL_MILLIS = 30_000;

  private final LookupAudit audit;
  private final FuseMount mount;
  private final Thread thread;
  private volatile boolean closed;

  private AuditThread(LookupAudit audit, FuseMount mount) {
    this.audit = audit;
    this.mount = mount;
    this.thread = Thread.ofPlatform().daemon().name("lookup-audit").start(this::run);
  }

  /** Begins for a process that now serves. */
  static AuditThread start(LookupAudit audit, FuseMount mount) {
    return new AuditThread(audit, mount);
  }

  private void run() {
    audit.doubtAll();
    while (!closed && !mount.hasLeft()) {
      int ended = audit.step(mount::knows);
      if (ended > 0) {
        LOG.debug("{} nodes of an earlier process had been forgotten", ended);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
      } catch (InterruptedException closing) {
        return;
      }
    }
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
