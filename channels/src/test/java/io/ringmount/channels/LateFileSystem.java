package io.ringmount.channels;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Another file system, answering from threads of its own after a random while. */
final class LateFileSystem implements FileSystem, AutoCloseable {
  private final FileSystem fileSystem;
  private final int maxDelayNanos;
  private final BlockingQueue<Runnable> calls = new LinkedBlockingQueue<>();
  private final Thread[] threads;

  LateFileSystem(FileSystem fileSystem, int threads, int maxDelayNanos) {
    this.fileSystem = fileSystem;
    this.maxDelayNanos = maxDelayNanos;
    this.threads = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      this.threads[i] = Thread.ofPlatform().daemon().name("late-" + i).start(this::run);
    }
  }

  private void run() {
    try {
      while (true) {
        Runnable call = calls.take();
        int delay = ThreadLocalRandom.current().nextInt(maxDelayNanos);
        // Half of the replies at once: they meet the channel on its way to sleep.
        if (delay > maxDelayNanos / 2) {
          LockSupport.parkNanos(delay);
        }
        call.run();
      }
    } catch (InterruptedException end) {
      // Closed.
    }
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply) {
    calls.add(() -> fileSystem.lookup(request, parent, name, reply));
  }

  @Override
  public void getattr(Request request, long node, long handle, AttributesReply reply) {
    calls.add(() -> fileSystem.getattr(request, node, handle, reply));
  }

  @Override
  public void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    calls.add(() -> {
      // Past the page cache, so that every read is a request.
      reply.open().openFlags(1);
      reply.done();
    });
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, DataReply reply) {
    calls.add(() -> fileSystem.read(request, node, handle, offset, size, reply));
  }

  @Override
  public void flush(Request request, long node, long handle, Reply reply) {
    calls.add(reply::done);
  }

  @Override
  public void release(Request request, long node, long handle, Reply reply) {
    calls.add(reply::done);
  }

  @Override
  public void close() {
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }
}
