package io.ringmount.daemon.control;

import com.google.gson.JsonElement;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The protocol of the control socket: one JSON object on one line asks, one answers.
 *
 * <pre>
 * {"request":"status"}                    {"ok":{…}}  or  {"error":"what is wrong"}
 * {"request":"tune","arguments":{…}}
 * </pre>
 */
final class ControlProtocol {
  /** Longest line of a request, with its end. */
  static final int LONGEST_REQUEST = 64 << 10;

  /** Longest line of a reply: a channel takes some 150 bytes, and a machine may have thousands. */
  static final int LONGEST_REPLY = 16 << 20;

  /** For a whole exchange, so that a slow peer does not stay. */
  static final Duration TIME_LIMIT = Duration.ofSeconds(5);

  /**
   * A question.
   *
   * @param request what is asked
   * @param arguments an object, or nothing
   */
  record Request(String request, JsonElement arguments) {}

  private ControlProtocol() {}

  /**
   * Reads up to the first newline; what follows it is not looked at.
   *
   * @throws EOFException when the peer ends before
   * @throws IOException when the line is longer than {@code limit}
   */
  static String readLine(ReadableByteChannel from, int limit) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(limit, 4096));
    int scanned = 0;
    while (true) {
      for (; scanned < buffer.position(); scanned++) {
        if (buffer.get(scanned) == '\n') {
          return new String(buffer.array(), 0, scanned, StandardCharsets.UTF_8);
        }
      }
      if (!buffer.hasRemaining()) {
        if (buffer.capacity() >= limit) {
          throw new IOException("a line of more than " + limit + " bytes");
        }
        buffer = ByteBuffer.allocate(Math.min(limit, buffer.capacity() * 4)).put(buffer.flip());
      }
      if (from.read(buffer) < 0) {
        throw new EOFException("the line has no end");
      }
    }
  }

  static void writeLine(WritableByteChannel to, String line) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }
}
