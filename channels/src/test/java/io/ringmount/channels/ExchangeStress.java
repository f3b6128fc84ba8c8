package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZII_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** An {@link Exchange} answers once, and does once what is wanted when it is given up. */
final class ExchangeStress {
  private static final int EINTR = 4;
  private static final long EARLIER = 6;
  private static final long UNIQUE = 7;

  private ExchangeStress() {}

  /** Counts the replies. */
  private static final class Replies implements ReplySink {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void complete(Slot slot) {
      count.getAndIncrement();
    }

    @Override
    public void submit(FileTransfer transfer) {
      throw new IllegalStateException("there is no transfer");
    }

    @Override
    public boolean triesAtOnce() {
      return false;
    }
  }

  /** An exchange in which the file system has a request. */
  private static Exchange begun(ReplySink sink) {
    Exchange exchange = new Exchange(StressSlots.received(UNIQUE, 1), sink);
    exchange.begin();
    return exchange;
  }

  private static boolean answered(Runnable answer) {
    try {
      answer.run();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** The file system answers just as the request is given up. */
  @JCStressTest
  @Outcome(id = "true, 1, 0", expect = ACCEPTABLE, desc = "the file system's answer")
  @Outcome(id = "false, 1, -4", expect = ACCEPTABLE, desc = "given up")
  @Outcome(expect = FORBIDDEN, desc = "two answers, none, or a mixture")
  @State
  public static class Answer {
    private final Replies replies = new Replies();
    private final Exchange exchange = begun(replies);

    @Actor
    public void answer(ZII_Result result) {
      result.r1 = answered(exchange::done);
    }

    @Actor
    public void giveUp() {
      exchange.errorUnlessAnswered(EINTR);
    }

    @Arbiter
    public void reply(ZII_Result result) {
      result.r2 = replies.count.get();
      result.r3 = exchange.replyError();
    }
  }

  /** A request is answered by two threads of the file system at once. */
  @JCStressTest
  @Outcome(
      id = {"true, false, 1", "false, true, 1"},
      expect = ACCEPTABLE,
      desc = "one of them is refused")
  @Outcome(expect = FORBIDDEN, desc = "two answers or none")
  @State
  public static class TwoAnswers {
    private final Replies replies = new Replies();
    private final Exchange exchange = begun(replies);

    @Actor
    public void done(ZZI_Result result) {
      result.r1 = answered(exchange::done);
    }

    @Actor
    public void error(ZZI_Result result) {
      result.r2 = answered(() -> exchange.error(EINTR));
    }

    @Arbiter
    public void count(ZZI_Result result) {
      result.r3 = replies.count.get();
    }
  }

  /** The outcome of a detached request comes just as its slot is answered otherwise. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the outcome")
  @Outcome(id = "1, -4", expect = ACCEPTABLE, desc = "given up")
  @Outcome(expect = FORBIDDEN, desc = "two answers, none, or a mixture")
  @State
  public static class Adopt {
    private final Replies replies = new Replies();
    private final Exchange exchange = begun(replies);
    private final Exchange outcome = begun(new Replies());

    public Adopt() {
      outcome.done();
    }

    @Actor
    public void adopt() {
      exchange.adopt(outcome);
    }

    @Actor
    public void giveUp() {
      exchange.errorUnlessAnswered(EINTR);
    }

    @Arbiter
    public void reply(II_Result result) {
      result.r1 = replies.count.get();
      result.r2 = exchange.replyError();
    }
  }

  /** The file system says what to do just as the request is given up. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "done once")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "given up in vain")
  @Outcome(expect = FORBIDDEN, desc = "done twice")
  @State
  public static class OnInterrupt {
    private final AtomicInteger times = new AtomicInteger();
    private final Exchange exchange = begun(new Replies());

    /** A slot of which an earlier request was given up as well. */
    public OnInterrupt() {
      exchange.slot().givenUp(EARLIER);
    }

    @Actor
    public void want() {
      exchange.onInterrupt(times::getAndIncrement);
    }

    @Actor
    public void giveUp() {
      exchange.slot().givenUp(UNIQUE);
      exchange.interrupt(UNIQUE);
    }

    @Arbiter
    public void count(I_Result result) {
      result.r1 = times.get();
    }
  }

  /** Two give up a request at once. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "done once")
  @Outcome(expect = FORBIDDEN, desc = "done twice, or never")
  @State
  public static class TwoInterrupt {
    private final AtomicInteger times = new AtomicInteger();
    private final Exchange exchange = begun(new Replies());

    public TwoInterrupt() {
      exchange.onInterrupt(times::getAndIncrement);
    }

    @Actor
    public void first() {
      exchange.interrupt(UNIQUE);
    }

    @Actor
    public void second() {
      exchange.interrupt(UNIQUE);
    }

    @Arbiter
    public void count(I_Result result) {
      result.r1 = times.get();
    }
  }
}
