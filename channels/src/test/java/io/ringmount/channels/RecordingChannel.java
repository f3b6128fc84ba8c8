package io.ringmount.channels;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.metrics.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A channel with neither thread nor kernel: requests are put into its one slot by hand, and its
 * replies are kept. The slot is the last thing in its mapping, so reading beyond it ends the
 * process.
 */
final class RecordingChannel extends Channel implements AutoCloseable {
  static final int PAYLOAD = 8192;

  /** What the bytes of a slot are before a request comes: no NUL ends a name by chance. */
  private static final byte FILLING = 'x';

  /** The two forms in which a request arrives and its reply leaves. */
  enum Form {
    RING,
    DEVICE
  }

  /** A reply as its receiver sees it: {@code fuse_out_header} taken apart, and what follows. */
  @SuppressWarnings("ArrayRecordComponent") // looked into, never compared
  record Answer(boolean answerable, int length, int error, long unique, byte[] body) {
    ByteBuffer bytes() {
      return ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
  private final SlotRegion region;
  private final Form form;

  static RecordingChannel open(Form form, FileSystem fileSystem) throws IOException {
    RecordingChannel channel = new RecordingChannel(form, new SlotRegion(1, PAYLOAD), fileSystem);
    channel.session().begin(List.of(channel));
    return channel;
  }

  private RecordingChannel(Form form, SlotRegion region, FileSystem fileSystem) {
    super(
        "recording",
        UNPINNED,
        region.take(1, 0),
        new Slot[0],
        new Session(fileSystem, MountOptions.of("test"), 1));
    this.region = region;
    this.form = form;
  }

  Slot slot() {
    return slots()[0];
  }

  /** Delivers the request; returns when the file system does. */
  void serve(WireRequest request) {
    serve(request, request.length());
  }

  /** Delivers the request, of which a read of the device gets {@code bytes}. */
  void serve(WireRequest request, int bytes) {
    Slot slot = slot();
    for (int i = 0; i < PAYLOAD + 80; i++) {
      Memory.putByte(slot.deviceAddress() + i, FILLING);
    }
    slot.offered();
    if (form == Form.RING) {
      request.toRing(slot);
      slot.receivedFromRing(this);
    } else {
      request.toDevice(slot);
      if (!slot.receivedFromDevice(bytes, this, Outcomes.NONE)) {
        return;
      }
    }
    received(slot);
    process();
  }

  /** Bytes of the operation's arguments: names and data have to lie within. */
  long argumentsBegin() {
    return slot().request().arguments();
  }

  long argumentsEnd() {
    return slot().request().arguments() + slot().request().argumentsLength();
  }

  long failed() {
    return metrics().value(Metric.FAILED);
  }

  long malformed() {
    return metrics().value(Metric.MALFORMED);
  }

  @Override
  protected void reply(Slot slot, boolean answerable, int error, int bytes) {
    long header;
    if (form == Form.RING) {
      slot.replyToRing(error, bytes);
      header = slot.headerAddress();
      if (Memory.getInt(header + 272) != bytes) {
        throw new AssertionError("payload_sz is " + Memory.getInt(header + 272));
      }
    } else {
      header = slot.replyToDevice(error, bytes);
      if (header + 16 != slot.payloadAddress()) {
        throw new AssertionError("header and payload of the reply are apart");
      }
    }
    byte[] body = new byte[bytes];
    Memory.copy(slot.payloadAddress(), body, 0, bytes);
    answers.add(
        new Answer(
            answerable,
            Memory.getInt(header),
            Memory.getInt(header + 4),
            Memory.getLong(header + 8),
            body));
    slot.ready();
  }

  @Override
  protected boolean isWaiting() {
    return false;
  }

  @Override
  protected void wake() {}

  @Override
  protected void open() {}

  @Override
  protected void run(ReadySignal signal) {}

  @Override
  protected void release() {}

  @Override
  public void close() throws LinuxException {
    session().close();
    region.close();
  }
}
