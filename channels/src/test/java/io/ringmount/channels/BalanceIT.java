package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.metrics.MetricsSnapshot;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels that have nothing to do take over requests from one that has too much to do. */
class BalanceIT extends MountTest {
  /** Far more than waking another channel's thread is worth. */
  private static final long SERVICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private static final int CALLERS = 8;

  private final FileSystem hello = new HelloFileSystem();

  private final FileSystem busy =
      new FileSystem() {
        @Override
        public void lookup(Request request, long parent, Name name, EntryReply reply) {
          hello.lookup(request, parent, name, reply);
        }

        @Override
        public void getattr(Request request, long node, long handle, AttributesReply reply) {
          LockSupport.parkNanos(SERVICE_NANOS);
          hello.getattr(request, node, handle, reply);
        }
      };

  private final AtomicBoolean end = new AtomicBoolean();
  private final AtomicInteger failed = new AtomicInteger();
  private final List<Thread> callers = new ArrayList<>();

  @BeforeEach
  void thereIsSomebodyToHelp() throws IOException {
    Assumptions.assumeTrue(Cpu.usable().length > 1, "balance needs two channels");
  }

  private FuseMount mount(boolean balanced) throws IOException {
    return FuseMount.mount(
        busy,
        directory,
        MountOptions.builder("test").transport(TransportKind.URING).balanced(balanced).build());
  }

  /** Starts callers on one processor, each of which asks until the end or so many times. */
  private void call(int count, int times) throws IOException {
    int cpu = Cpu.usable()[0];
    for (int i = 0; i < count; i++) {
      int fd = FileOps.open(directory.resolve("hello"), FileFlags.O_RDONLY);
      callers.add(
          Thread.ofPlatform()
              .start(() -> {
                Cpu.pinCurrentThread(cpu);
                try (Arena arena = Arena.ofConfined()) {
                  long buffer = arena.allocate(4096, 8).address();
                  for (int n = 0; n < times && !end.get(); n++) {
                    if (statx(fd, FileOps.EMPTY_PATH, buffer) != 0) {
                      failed.incrementAndGet();
                    }
                  }
                } finally {
                  FileOps.close(fd);
                }
              }));
    }
  }

  private void join() throws InterruptedException {
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(0, failed.get());
  }

  private static long stolen(FuseMount mount) throws IOException {
    return mount.metrics().total().value(Metric.STOLEN);
  }

  @Test
  void anIdleChannelHelpsAnOverloadedOne() throws Exception {
    try (FuseMount mount = mount(true)) {
      call(CALLERS, Integer.MAX_VALUE);
      try {
        Eventually.holds(() -> stolen(mount) > 100, () -> "nobody helps");
      } finally {
        end.set(true);
        join();
      }
      assertEquals(0, mount.metrics().total().value(Metric.IN_FLIGHT));
    }
  }

  @Test
  void nobodyHelpsIfNotWanted() throws Exception {
    try (FuseMount mount = mount(false)) {
      call(CALLERS, 50);
      join();
      assertEquals(0, stolen(mount));
    }
  }

  /** However long its requests take: nobody else would begin them sooner, or even look. */
  @Test
  void oneCallerNeedsNoHelp() throws Exception {
    int requests = 500;
    try (FuseMount mount = mount(true)) {
      call(1, requests);
      join();
      assertEquals(0, stolen(mount));
      long calls = 0;
      for (int channel = 0; channel < mount.metrics().channels().size(); channel++) {
        MetricsSnapshot snapshot = mount.metrics().snapshot(channel);
        boolean served = snapshot.value(Metric.REQUESTS) >= requests;
        calls += served ? 0 : snapshot.value(Metric.SYSTEM_CALLS);
      }
      assertTrue(calls < requests / 5, calls + " system calls of channels without a request");
    }
  }
}
