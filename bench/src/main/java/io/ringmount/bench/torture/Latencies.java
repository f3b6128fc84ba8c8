package io.ringmount.bench.torture;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Latencies in nanoseconds, as a histogram and as text. */
final class Latencies {
  /** Longer is recorded as that. */
  private static final long HIGHEST_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final int DIGITS = 3;

  private Latencies() {}

  static Histogram histogram() {
    return new Histogram(HIGHEST_NANOS, DIGITS);
  }

  static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.min(nanos, HIGHEST_NANOS));
  }

  static String encode(Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }

  static Histogram decode(String text) throws DataFormatException {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    return Histogram.decodeFromCompressedByteBuffer(bytes, HIGHEST_NANOS);
  }
}
