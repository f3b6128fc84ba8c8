package io.ringmount.upgrade;

import io.ringmount.upgrade.Message.Done;
import io.ringmount.upgrade.Message.Drained;
import io.ringmount.upgrade.Message.Drop;
import io.ringmount.upgrade.Message.Ended;
import io.ringmount.upgrade.Message.Failed;
import io.ringmount.upgrade.Message.Given;
import io.ringmount.upgrade.Message.Hello;
import io.ringmount.upgrade.Message.Keep;
import io.ringmount.upgrade.Message.Loaded;
import io.ringmount.upgrade.Message.Progress;
import io.ringmount.upgrade.Message.Ready;
import io.ringmount.upgrade.Message.Refused;
import io.ringmount.upgrade.Message.Role;
import io.ringmount.upgrade.Message.Serving;
import io.ringmount.upgrade.Message.Stop;
import io.ringmount.upgrade.Message.TakeOver;
import io.ringmount.upgrade.Message.Taken;
import io.ringmount.upgrade.Message.Upgrade;
import io.ringmount.upgrade.Message.Welcome;
import io.ringmount.upgrade.Message.Yield;
import io.ringmount.upgrade.Message.Yielded;

/**
 * The bytes of a {@link Message}, one to a packet, little-endian:
 *
 * <pre>
 *    0  u32 magic "RMW1"
 *    4  u16 version
 *    6  u16 type
 *    8  u32 length of what follows
 *   12  the fields in the record's order: int s32, long s64, boolean and enum u8,
 *       text u32 length and UTF-8
 * </pre>
 *
 * A type never changes its number; a change of fields makes a new version, and this class then
 * reads the version before as well. Whatever comes in, decoding returns a valid message or throws
 * {@link MalformedMessageException}.
 */
public final class MessageCodec {
  /** Most bytes of a message; well below what a socket takes. */
  public static final int LONGEST = 96 << 10;

  /** Most bytes of a text that is passed on; longer ones are cut. */
  public static final int LONGEST_TEXT = 64 << 10;

  static final int MAGIC = 0x31574d52;
  static final int VERSION = 1;
  static final int HEADER_SIZE = 12;

  /** Most bytes of a version's name. */
  private static final int LONGEST_VERSION = 200;

  private static final int LONGEST_PATH = 4096;

  private static final int HELLO = 1;
  private static final int KEEP = 2;
  private static final int DROP = 3;
  private static final int READY = 4;
  private static final int SERVING = 5;
  private static final int YIELDED = 6;
  private static final int DRAINED = 7;
  private static final int FAILED = 8;
  private static final int ENDED = 9;
  private static final int WELCOME = 20;
  private static final int GIVEN = 21;
  private static final int TAKEN = 22;
  private static final int LOADED = 23;
  private static final int TAKE_OVER = 24;
  private static final int YIELD = 25;
  private static final int STOP = 26;
  private static final int UPGRADE = 40;
  private static final int PROGRESS = 41;
  private static final int DONE = 42;
  private static final int REFUSED = 43;

  private MessageCodec() {}

  /** The packet for a message. */
  public static byte[] encode(Message message) {
    MessageWriter out = new MessageWriter();
    int type =
        switch (message) {
          case Hello m -> {
            out.oneByte(m.role().ordinal()).number(m.pid()).number(m.generation());
            out.number(m.stateVersion()).number(m.successor());
            out.text(m.programVersion(), LONGEST_VERSION);
            yield HELLO;
          }
          case Keep m -> {
            out.name(m.name());
            yield KEEP;
          }
          case Drop m -> {
            out.name(m.name());
            yield DROP;
          }
          case Ready _ -> READY;
          case Serving m -> {
            out.text(m.report(), LONGEST_TEXT).number(m.connection()).longNumber(m.sinceNanos());
            yield SERVING;
          }
          case Yielded m -> {
            out.longNumber(m.sinceNanos());
            yield YIELDED;
          }
          case Drained _ -> DRAINED;
          case Failed m -> {
            out.text(m.report(), LONGEST_TEXT);
            yield FAILED;
          }
          case Ended _ -> ENDED;
          case Welcome m -> {
            out.number(m.generation()).flag(m.first());
            yield WELCOME;
          }
          case Given m -> {
            out.name(m.name());
            yield GIVEN;
          }
          case Taken m -> {
            out.name(m.name());
            yield TAKEN;
          }
          case Loaded _ -> LOADED;
          case TakeOver m -> {
            out.number(m.predecessor()).flag(m.dead());
            yield TAKE_OVER;
          }
          case Yield m -> {
            out.number(m.successor());
            yield YIELD;
          }
          case Stop _ -> STOP;
          case Upgrade m -> {
            out.text(m.distribution(), LONGEST_PATH);
            yield UPGRADE;
          }
          case Progress m -> {
            out.text(m.text(), LONGEST_TEXT);
            yield PROGRESS;
          }
          case Done m -> {
            write(out, m.report());
            yield DONE;
          }
          case Refused m -> {
            out.text(m.reason(), LONGEST_TEXT);
            yield REFUSED;
          }
        };
    return out.packet(type);
  }

  private static void write(MessageWriter out, UpgradeReport report) {
    out.text(report.oldVersion(), LONGEST_VERSION).text(report.newVersion(), LONGEST_VERSION);
    out.number(report.generation()).number(report.oldPid()).number(report.newPid());
    out.flag(report.drained())
        .longNumber(report.readyNanos())
        .longNumber(report.pauseNanos())
        .longNumber(report.servingNanos());
    out.text(report.serving(), LONGEST_TEXT);
  }

  /** The message in a packet. */
  public static Message decode(byte[] packet) throws MalformedMessageException {
    MessageReader in = new MessageReader(packet);
    Message message =
        switch (in.type()) {
          case HELLO ->
              new Hello(
                  in.choice(Role.values()),
                  in.number(),
                  in.number(),
                  in.number(),
                  in.number(),
                  in.text(LONGEST_VERSION));
          case KEEP -> new Keep(in.name());
          case DROP -> new Drop(in.name());
          case READY -> new Ready();
          case SERVING -> new Serving(in.text(LONGEST_TEXT), in.number(), in.longNumber());
          case YIELDED -> new Yielded(in.longNumber());
          case DRAINED -> new Drained();
          case FAILED -> new Failed(in.text(LONGEST_TEXT));
          case ENDED -> new Ended();
          case WELCOME -> new Welcome(in.number(), in.flag());
          case GIVEN -> new Given(in.name());
          case TAKEN -> new Taken(in.name());
          case LOADED -> new Loaded();
          case TAKE_OVER -> new TakeOver(in.number(), in.flag());
          case YIELD -> new Yield(in.number());
          case STOP -> new Stop();
          case UPGRADE -> new Upgrade(in.text(LONGEST_PATH));
          case PROGRESS -> new Progress(in.text(LONGEST_TEXT));
          case DONE -> new Done(report(in));
          case REFUSED -> new Refused(in.text(LONGEST_TEXT));
          default -> throw new MalformedMessageException("type " + in.type());
        };
    in.end();
    return message;
  }

  private static UpgradeReport report(MessageReader in) throws MalformedMessageException {
    return new UpgradeReport(
        in.text(LONGEST_VERSION),
        in.text(LONGEST_VERSION),
        in.number(),
        in.number(),
        in.number(),
        in.flag(),
        in.longNumber(),
        in.longNumber(),
        in.longNumber(),
        in.text(LONGEST_TEXT));
  }
}
