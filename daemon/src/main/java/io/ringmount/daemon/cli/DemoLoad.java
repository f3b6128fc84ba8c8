package io.ringmount.daemon.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/** An application of {@code demo}: opens a file, reads a block and checks it, over and over. */
final class DemoLoad implements AutoCloseable {
  private static final int BLOCK = 4096;

  /**
   * What it came to.
   *
   * @param reads all of which were right
   * @param longestNanos from opening a file to having the block
   */
  record Result(long reads, long longestNanos) {}

  private final Path copy;
  private final Path original;
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private volatile boolean stopped;

  private DemoLoad(Path copy, Path original) {
    this.copy = copy;
    this.original = original;
  }

  /**
   * Starts it, in a thread of its own.
   *
   * @param copy what is read
   * @param original what must be in it
   */
  static DemoLoad start(Path copy, Path original) {
    DemoLoad load = new DemoLoad(copy, original);
    Thread.ofPlatform().daemon().name("demo-load").start(load::run);
    return load;
  }

  private void run() {
    try {
      result.complete(read());
    } catch (IOException | RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private Result read() throws IOException {
    ByteBuffer expected = ByteBuffer.allocate(BLOCK);
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    long reads = 0;
    long longest = 0;
    try (FileChannel source = FileChannel.open(original, StandardOpenOption.READ)) {
      long blocks = source.size() / BLOCK;
      while (!stopped) {
        long position = ThreadLocalRandom.current().nextLong(blocks) * BLOCK;
        source.read(expected.clear(), position);
        long start = System.nanoTime();
        try (FileChannel file = FileChannel.open(copy, StandardOpenOption.READ)) {
          file.read(block.clear(), position);
        }
        longest = Math.max(longest, System.nanoTime() - start);
        if (!block.flip().equals(expected.flip())) {
          throw new IOException(copy + " reads differently at byte " + position);
        }
        reads++;
      }
    }
    return new Result(reads, longest);
  }

  /** Ends it, and says what it came to, or throws what went wrong. */
  Result stop() throws IOException {
    stopped = true;
    try {
      return result.join();
    } catch (CompletionException e) {
      throw new IOException("while the daemon was replaced: " + e.getCause().getMessage(), e);
    }
  }

  @Override
  public void close() {
    stopped = true;
  }
}
