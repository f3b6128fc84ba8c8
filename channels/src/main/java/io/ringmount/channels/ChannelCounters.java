package io.ringmount.channels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a channel counts. Any thread counts answers and failures, the channel thread the rest; any
 * thread reads. No value is exact while requests are in progress.
 */
public final class ChannelCounters {
  private static final VarHandle REQUESTS = field("requests");
  private static final VarHandle ANSWERED = field("answered");
  private static final VarHandle FAILED = field("failed");
  private static final VarHandle MALFORMED = field("malformed");

  // Written through the handles.
  private long requests;
  private long answered;
  private long failed;
  private long malformed;

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(ChannelCounters.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  void countReceived() {
    REQUESTS.setOpaque(this, requests + 1);
  }

  /** A request left the channel, answered or not in need of an answer. Any thread. */
  void countAnswered() {
    ANSWERED.getAndAddRelease(this, 1L);
  }

  /** The channel itself had to answer with an error. Any thread. */
  public void countFailed() {
    FAILED.getAndAddRelease(this, 1L);
  }

  void countMalformed() {
    MALFORMED.setOpaque(this, malformed + 1);
  }

  long requests() {
    return (long) REQUESTS.getOpaque(this);
  }

  long failed() {
    return (long) FAILED.getOpaque(this);
  }

  long malformed() {
    return (long) MALFORMED.getOpaque(this);
  }

  int inFlight() {
    // Answers first: a request that comes in between may be counted, never a negative number.
    long done = (long) ANSWERED.getAcquire(this);
    return (int) Math.max(0, requests() - done);
  }
}
