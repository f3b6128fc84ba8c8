package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import java.util.concurrent.RejectedExecutionException;

/**
 * A request that is served on memory of its own, away from the slot it came in. So it may wait for
 * a backend as long as it likes: when its caller is gone, the slot is answered and used again, and
 * what the backend says at last is undone where it gave something out.
 */
final class Detached implements ReplySink, Runnable {
  private final Channel channel;
  private final Session session;
  private final Slot copy;
  private final Dispatcher dispatcher;
  private final ReplyUndo replyUndo;
  private final Awaited awaited = new Awaited();

  /** The slot that the request came in; {@link #awaited} says whether it still waits. */
  private Slot origin;

  /** Set while a worker runs this, which may wait. */
  private boolean onWorker;

  /** Set while something is undone: then nobody hears the outcome. */
  private boolean undoing;

  /**
   * @param memory for the copy, this object's own
   */
  Detached(Channel channel, Session session, Slot memory) {
    this.channel = channel;
    this.session = session;
    this.copy = memory;
    this.dispatcher = new Dispatcher(session);
    this.replyUndo = new ReplyUndo(session.fileSystem());
    copy.exchange(new Exchange(copy, this));
  }

  /** Copies the request and starts to serve it. Channel thread. */
  void start(Slot slot) {
    origin = slot;
    copy.receivedCopy(slot);
    slot.exchange().begin();
    if (session.order() != null) {
      // Also when the slot is given up: its request runs as long as this does.
      session.order().replace(slot, copy);
    }
    slot.detached(this);
    awaited.begin(slot.unique());
    onWorker = session.blocks(copy);
    if (onWorker) {
      try {
        session.workers().execute(copy.bulk(), this);
      } catch (RejectedExecutionException e) {
        copy.exchange().begin();
        copy.exchange().error(Errno.ENOMEM);
      }
    } else {
      dispatcher.dispatch(copy.exchange(), channel.metrics());
    }
  }

  /** On a worker. */
  @Override
  public void run() {
    dispatcher.dispatch(copy.exchange(), channel.metrics());
  }

  /**
   * Answers the slot with EINTR if it still waits for the request {@code unique}; the outcome will
   * be undone. Any thread.
   */
  boolean abandon(long unique) {
    Slot slot = origin;
    copy.interrupted(unique);
    copy.givenUp(unique);
    if (!awaited.abandon(unique)) {
      return false;
    }
    slot.exchange().error(Errno.EINTR);
    // Nobody needs the outcome: let the backend go as well, if it can be made to.
    channel.cancel(copy.transfer(), unique);
    copy.exchange().interrupt(unique);
    return true;
  }

  /**
   * Leaves the request {@code unique} to a successor, who serves it anew; what it comes to here is
   * undone. Any thread.
   */
  void leave(long unique) {
    Slot slot = origin;
    copy.givenUp(unique);
    if (slot != null && awaited.abandon(unique)) {
      slot.received();
      channel.cancel(copy.transfer(), unique);
      copy.exchange().interrupt(unique);
    }
  }

  @Override
  public void complete(Slot done) {
    Exchange outcome = copy.exchange();
    if (!undoing && awaited.end(copy.unique())) {
      origin.exchange().adopt(outcome);
    } else if (!undoing && outcome.replyError() == 0) {
      undo(outcome);
      return;
    }
    undoing = false;
    origin = null;
    channel.scheduler().starter().leaveLine(copy);
    channel.scheduler().starter().finished(this);
  }

  /** Takes back what nobody will ever use or give back: the kernel never learned of it. */
  private void undo(Exchange outcome) {
    undoing = true;
    replyUndo.undo(outcome);
  }

  @Override
  public void submit(FileTransfer transfer) {
    if (onWorker) {
      transfer.run();
    } else {
      channel.submit(transfer);
    }
  }

  @Override
  public boolean triesAtOnce() {
    // What is detached waits more often than not, and a worker may.
    return false;
  }
}
