package io.ringmount.bench.torture;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * The calls of one client: each is timed, and known while it is under way. One thread makes the
 * calls; another may {@link #look} whether they still end.
 */
final class Journal {
  /** Calls that take as long are reported one by one. */
  static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private record Call(String name, String subject, long begin) {}

  private final Consumer<Message> out;
  private final Histogram latencies = Latencies.histogram();
  private volatile Call underWay;
  private volatile long count;
  private Call reported;

  /**
   * @param out takes messages from any thread
   */
  Journal(Consumer<Message> out) {
    this.out = out;
  }

  void tell(Message message) {
    out.accept(message);
  }

  /**
   * Makes a system call.
   *
   * @return its result, not negative
   * @throws LinuxException when it is an error
   */
  long call(String name, Object subject, LongSupplier call) throws LinuxException {
    return LinuxException.check(attempt(name, subject, call), name, subject.toString());
  }

  /** As {@link #call}, with {@code -errno} as a result. */
  long attempt(String name, Object subject, LongSupplier call) {
    long begin = begin(name, subject);
    try {
      return call.getAsLong();
    } finally {
      end(name, begin);
    }
  }

  /** Makes a call of the Java library; that it was cancelled is as {@link #call} has it. */
  <T> T io(String name, Object subject, Callable<T> call) throws IOException {
    long begin = begin(name, subject);
    try {
      return call.call();
    } catch (IOException e) {
      // The library keeps no error number, only the C library's text.
      if (String.valueOf(e.getMessage()).endsWith("Operation canceled")) {
        throw new LinuxException(name, subject.toString(), Errno.ECANCELED);
      }
      throw e;
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      end(name, begin);
    }
  }

  private long begin(String name, Object subject) {
    long now = System.nanoTime();
    underWay = new Call(name, subject.toString(), now);
    return now;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread makes the calls.
  private void end(String name, long begin) {
    long now = System.nanoTime();
    underWay = null;
    count++;
    Latencies.record(latencies, now - begin);
    if (now - begin >= SLOW_NANOS) {
      tell(Message.of(Message.Kind.SLOW, begin, now, name));
    }
  }

  /** Reports, once, a call that has been under way for longer than the limit. */
  void look(long limitNanos) {
    Call call = underWay;
    if (call == null || call.equals(reported)) {
      return;
    }
    long nanos = System.nanoTime() - call.begin();
    if (nanos > limitNanos) {
      reported = call;
      tell(
          Message.of(
              Message.Kind.HUNG,
              TimeUnit.NANOSECONDS.toMillis(nanos),
              call.name() + " " + call.subject()));
    }
  }

  /** Calls that have ended. */
  long count() {
    return count;
  }

  /** For the thread that makes the calls. */
  Histogram latencies() {
    return latencies;
  }
}
