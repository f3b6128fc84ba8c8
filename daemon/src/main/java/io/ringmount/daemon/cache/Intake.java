package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Memory;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;

/**
 * Takes what applications have read from the backend into the copies, so that it is not fetched
 * again. It never keeps a reader waiting: what there is no buffer for is left to the fill.
 */
final class Intake implements Runnable {
  /** Most that a request can ask for. */
  private static final int PIECE = 1 << 20;

  private static final int PIECES = 32;
  private static final long GLANCE_MILLIS = 200;

  private final CopyTable copies;
  private final Filler filler;
  private final Buffers buffers = new Buffers(PIECE, PIECES);
  private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES);
  private volatile boolean closed;

  private record Piece(CachedFile file, ByteBuffer data, long offset, int length) {}

  Intake(CopyTable copies, Filler filler) {
    this.copies = copies;
    this.filler = filler;
  }

  /**
   * Offers what was read.
   *
   * @param address of it; copied before this returns
   */
  void offer(CachedFile file, long address, long offset, int length) {
    if (length > PIECE || !file.wants(offset, length)) {
      return;
    }
    ByteBuffer buffer = buffers.take();
    if (buffer == null) {
      return;
    }
    if (!file.retain()) {
      buffers.give(buffer);
      return;
    }
    Memory.copy(address, BufferUtil.address(buffer), length);
    // There are as many places as buffers.
    pieces.add(new Piece(file, buffer, offset, length));
  }

  /** Writes what is offered until {@link #close}. */
  @Override
  public void run() {
    ByteBuffer room = filler.newRoom();
    try {
      while (!closed) {
        Piece piece = pieces.poll(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        if (piece != null) {
          filler.write(piece.file, piece.data, piece.offset, piece.length, room);
          buffers.give(piece.data);
          copies.close(piece.file);
        }
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  void close() {
    closed = true;
  }
}
