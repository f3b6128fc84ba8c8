package io.ringmount.channels.metrics;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a metrics file, of this process or of any. Any thread. */
interface MetricsSource extends Closeable {
  /** Bytes there are. */
  long length() throws IOException;

  /**
   * A copy of {@code length} bytes, in the machine's byte order.
   *
   * @throws IOException also when there are fewer
   */
  ByteBuffer read(long position, int length) throws IOException;

  /** What to throw when the bytes are not as they must be; names the source. */
  IOException refusal(String reason);

  /** The memory a process records in. */
  static MetricsSource of(MemorySegment memory) {
    return new MetricsSource() {
      @Override
      public long length() {
        return memory.byteSize();
      }

      @Override
      public ByteBuffer read(long position, int length) {
        ByteBuffer copy = buffer(length);
        MemorySegment.copy(memory, position, MemorySegment.ofBuffer(copy), 0, length);
        return copy;
      }

      @Override
      public IOException refusal(String reason) {
        return new IOException("metrics in memory: " + reason);
      }

      @Override
      public void close() {
        // The memory belongs to those who record in it.
      }
    };
  }

  /**
   * A file, read and never mapped: whoever shortens it while it is read causes an exception, where
   * a mapping would fault.
   *
   * @throws IOException also when {@code file} is not a regular file
   */
  static MetricsSource open(Path file) throws IOException {
    // Opening a FIFO would wait for a writer.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + ": not a regular file");
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    return new MetricsSource() {
      @Override
      public long length() throws IOException {
        return channel.size();
      }

      @Override
      public ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer copy = buffer(length);
        while (copy.hasRemaining()) {
          if (channel.read(copy, position + copy.position()) < 0) {
            throw refusal("ends at byte " + channel.size());
          }
        }
        return copy.flip();
      }

      @Override
      public IOException refusal(String reason) {
        return new IOException(file + ": " + reason);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
  }
}
