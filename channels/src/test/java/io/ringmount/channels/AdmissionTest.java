package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.FakeKernel.Reply;
import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.metrics.Metric;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Room for requests is given back on every way they end; interrupts find them everywhere. */
@Timeout(60)
class AdmissionTest {
  private static final int EINTR = 4;
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int LOOKUP = 1;
  private static final int GETATTR = 3;
  private static final int INTERRUPT = 36;

  /** No thread of this machine. */
  private static final int DEAD = 0x3fffff;

  private static WireRequest getattr(long unique, int pid) {
    return WireRequest.of(GETATTR, 16).unique(unique).node(1).caller(0, 0, pid);
  }

  private static WireRequest lookup(long unique, String name) {
    return WireRequest.of(LOOKUP).unique(unique).node(1).caller(0, 0, DEAD).name(name.getBytes());
  }

  private static WireRequest interrupt(long unique) {
    return WireRequest.of(INTERRUPT, 8).unique(unique | 1L << 40).u64(0, unique);
  }

  private static MountOptions options(Execution execution, int maxInFlight) {
    return MountOptions.builder("test").execution(execution).maxInFlight(maxInFlight).build();
  }

  @ParameterizedTest
  @EnumSource
  void malformedAndFailingRequestsGiveBackTheirRoom(Execution execution) throws Exception {
    FileSystem throwing =
        new FileSystem() {
          @Override
          public void lookup(Request request, long parent, Name name, EntryReply reply) {
            throw new IllegalStateException("thrown by the test");
          }
        };
    try (FakeKernel kernel = new FakeKernel(4, throwing, options(execution, 2))) {
      for (int i = 0; i < 50; i++) {
        kernel.sendCut(getattr(1, DEAD), 50);
        assertEquals(new Reply(1, -EINVAL), kernel.receive());
        kernel.send(lookup(2, "throws"));
        assertEquals(new Reply(2, -EIO), kernel.receive());
        kernel.send(getattr(3, DEAD));
        assertEquals(new Reply(3, -ENOSYS), kernel.receive());
        kernel.send(getattr(4, DEAD).claimLength(7));
        assertEquals(new Reply(4, -EINVAL), kernel.receive());
      }
      kernel.assertQuiet();
      assertEquals(100, kernel.value(Metric.MALFORMED));
      assertEquals(50, kernel.value(Metric.FAILED));
    }
  }

  @Test
  void anInterruptMayComeBeforeItsRequest() throws Exception {
    try (SlowFileSystem files = new SlowFileSystem(Style.BLOCKING).with("x");
        FakeKernel kernel = new FakeKernel(8, files, options(Execution.DETACHED, 0));
        Gate gate = files.hold(Operation.LOOKUP, "x")) {
      kernel.send(interrupt(10));
      kernel.send(interrupt(11));
      kernel.send(lookup(10, "x"));
      kernel.send(lookup(11, "x").caller(0, 0, 0));
      gate.awaitArrived(2);
      assertEquals(
          Set.of(new Reply(10, -EINTR), new Reply(11, -EINTR)),
          Set.of(kernel.receive(), kernel.receive()));
      assertEquals(2, files.running());
      gate.release();
      kernel.assertQuiet();
      assertEquals(2, kernel.value(Metric.INTERRUPTED));
      assertEquals(0, files.lookups("x"));
    }
  }

  @Test
  void anInterruptOfARequestThatIsUnknownOrAnsweredDisturbsNobody() throws Exception {
    try (SlowFileSystem files = new SlowFileSystem(Style.BLOCKING).with("x");
        FakeKernel kernel = new FakeKernel(8, files, options(Execution.DETACHED, 0))) {
      for (int i = 0; i < 200; i++) {
        kernel.send(interrupt(2 * i + 1));
        kernel.send(lookup(2L * i, "x"));
        assertEquals(new Reply(2L * i, 0), kernel.receive());
        kernel.send(interrupt(2L * i));
      }
      kernel.assertQuiet();
      assertEquals(0, kernel.value(Metric.INTERRUPTED));
      assertEquals(200, files.lookups("x"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsHeldBackIsInterruptedTooAndTakesNoRoom(Style style) throws Exception {
    Execution execution = style == Style.LATE ? Execution.INLINE : Execution.DETACHED;
    try (SlowFileSystem files = new SlowFileSystem(style).with("x");
        FakeKernel kernel = new FakeKernel(8, files, options(execution, 2));
        Gate gate = files.hold(Operation.LOOKUP, "x")) {
      kernel.send(lookup(1, "x"));
      kernel.send(lookup(2, "x"));
      gate.awaitArrived(2);
      kernel.send(lookup(3, "x"));
      kernel.send(lookup(4, "x"));
      kernel.send(interrupt(3));
      assertEquals(new Reply(3, -EINTR), kernel.receive());
      gate.release();
      Set<Long> served = new TreeSet<>();
      for (int i = 0; i < 3; i++) {
        Reply reply = kernel.receive();
        assertEquals(0, reply.error());
        served.add(reply.unique());
      }
      assertEquals(Set.of(1L, 2L, 4L), served);
      kernel.assertQuiet();
      assertEquals(3, files.lookups("x"));
      assertEquals(1, kernel.value(Metric.INTERRUPTED));
      assertTrue(kernel.value(Metric.BLOCKED) > 0);
      assertTrue(kernel.value(Metric.BLOCKED_TIME) > 0);
    }
  }

  /** A file system on whose own memory requests run may give up when it is told. */
  @ParameterizedTest
  @EnumSource
  void whoAsksToBeToldOfAnInterruptIs(Execution execution) throws Exception {
    LinkedBlockingQueue<Long> told = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<Kept> kept = new LinkedBlockingQueue<>();
    FileSystem telling =
        new FileSystem() {
          @Override
          public void lookup(Request request, long parent, Name name, EntryReply reply) {
            long unique = request.unique();
            request.onInterrupt(() -> told.add(unique));
            kept.add(new Kept(reply));
          }
        };
    try (FakeKernel kernel = new FakeKernel(4, telling, options(execution, 0))) {
      try {
        kernel.send(lookup(1, "x"));
        kernel.send(interrupt(1));
        Eventually.equal(1, told::size, () -> "interrupts the file system was told of");
        assertEquals(1, told.take());
      } finally {
        kept.take().reply.error(EINTR);
      }
      assertEquals(new Reply(1, -EINTR), kernel.receive());
      kernel.assertQuiet();
    }
  }

  private record Kept(io.ringmount.channels.Reply reply) {}

  /** Room is made just when the channel goes to sleep because there is none. */
  @Test
  void whoIsHeldBackIsNeverForgotten() throws Exception {
    LinkedBlockingQueue<AttributesReply> kept = new LinkedBlockingQueue<>();
    FileSystem late =
        new FileSystem() {
          @Override
          public void getattr(Request request, long node, long handle, AttributesReply reply) {
            kept.add(reply);
          }
        };
    Thread replier =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                for (int i = 0; ; i++) {
                  AttributesReply reply = kept.take();
                  for (int spin = i * 37 % 3_000; spin > 0; spin--) {
                    Thread.onSpinWait();
                  }
                  reply.done();
                }
              } catch (InterruptedException end) {
                // The test is over.
              }
            });
    try (FakeKernel kernel = new FakeKernel(4, late, options(Execution.INLINE, 1))) {
      for (int i = 0; i < 10_000; i++) {
        kernel.send(getattr(2L * i, DEAD));
        kernel.send(getattr(2L * i + 1, DEAD));
        assertEquals(new Reply(2L * i, 0), kernel.receive());
        assertEquals(new Reply(2L * i + 1, 0), kernel.receive());
      }
      kernel.assertQuiet();
    } finally {
      replier.interrupt();
    }
  }
}
