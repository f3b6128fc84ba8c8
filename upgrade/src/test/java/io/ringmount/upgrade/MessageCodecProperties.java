package io.ringmount.upgrade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class MessageCodecProperties {
  @Provide
  Arbitrary<Message> messages() {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withCharRange('!', '~')
            .ofMinLength(1)
            .ofMaxLength(VaultName.LONGEST)
            .filter(each -> !each.contains(":"));
    Arbitrary<String> texts = Arbitraries.strings().all().map(MessageCodecProperties::encodable);
    Arbitrary<String> shortTexts = texts.filter(each -> each.length() < 50);
    Arbitrary<Integer> numbers = Arbitraries.integers();
    Arbitrary<Long> longs = Arbitraries.longs();
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    Arbitrary<Message.Role> roles = Arbitraries.of(Message.Role.values());
    Arbitrary<UpgradeReport> reports =
        Combinators.combine(shortTexts, numbers, flags, longs, texts)
            .as((version, number, flag, nanos, text) ->
                new UpgradeReport(
                    version, "2", number, ~number, 7, flag, nanos, ~nanos, nanos / 2, text));
    return Arbitraries.oneOf(
        Combinators.combine(roles, numbers, numbers, numbers, numbers, shortTexts)
            .as(Message.Hello::new),
        names.map(Message.Keep::new),
        names.map(Message.Drop::new),
        Combinators.combine(texts, numbers, longs).as(Message.Serving::new),
        longs.map(Message.Yielded::new),
        numbers.map(Message.Yield::new),
        texts.map(Message.Failed::new),
        Combinators.combine(numbers, flags).as(Message.Welcome::new),
        names.map(Message.Given::new),
        names.map(Message.Taken::new),
        Combinators.combine(numbers, flags).as(Message.TakeOver::new),
        texts.map(Message.Upgrade::new),
        texts.map(Message.Progress::new),
        reports.map(Message.Done::new),
        texts.map(Message.Refused::new),
        Arbitraries.of(
            new Message.Ready(),
            new Message.Drained(),
            new Message.Ended(),
            new Message.Loaded(),
            new Message.Stop()));
  }

  /** Lone surrogates have no UTF-8. */
  private static String encodable(String text) {
    return text.codePoints()
        .filter(each -> each < Character.MIN_SURROGATE || each > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsSaidIsUnderstood(@ForAll("messages") Message message)
      throws MalformedMessageException {
    assertEquals(message, MessageCodec.decode(MessageCodec.encode(message)));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void shorterAndLongerPacketsAreRefused(
      @ForAll("messages") Message message, @ForAll int anyLength) {
    byte[] packet = MessageCodec.encode(message);
    int length = Math.floorMod(anyLength, packet.length);
    byte[] cut = Arrays.copyOf(packet, length);
    assertThrows(MalformedMessageException.class, () -> MessageCodec.decode(cut));
    byte[] longer = Arrays.copyOf(packet, packet.length + 1);
    assertThrows(MalformedMessageException.class, () -> MessageCodec.decode(longer));
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void damagedPacketsAreRefusedOrValid(
      @ForAll("messages") Message message, @ForAll int anyPlace, @ForAll byte damage) {
    byte[] packet = MessageCodec.encode(message);
    packet[Math.floorMod(anyPlace, packet.length)] ^= damage;
    decodesOrRefuses(packet);
  }

  @Property(tries = 1000)
  void noiseIsRefusedOrValid(@ForAll @Size(max = 300) byte[] noise) {
    decodesOrRefuses(noise);
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void noiseBehindAHeaderIsRefusedOrValid(
      @ForAll @Size(max = 100) byte[] noise, @ForAll("messages") Message message) {
    byte[] header = MessageCodec.encode(message);
    byte[] packet = Arrays.copyOf(header, MessageCodec.HEADER_SIZE + noise.length);
    System.arraycopy(noise, 0, packet, MessageCodec.HEADER_SIZE, noise.length);
    packet[8] = (byte) noise.length;
    packet[9] = 0;
    packet[10] = 0;
    packet[11] = 0;
    decodesOrRefuses(packet);
  }

  /** What was understood can be said again, and means the same. */
  private static void decodesOrRefuses(byte[] packet) {
    Message message;
    try {
      message = MessageCodec.decode(packet);
    } catch (MalformedMessageException refused) {
      return;
    }
    assertArrayEquals(packet, MessageCodec.encode(message));
  }

  @Example
  void otherVersionsAreRefused() {
    byte[] packet = MessageCodec.encode(new Message.Ready());
    packet[4]++;
    MalformedMessageException e =
        assertThrows(MalformedMessageException.class, () -> MessageCodec.decode(packet));
    assertEquals("malformed message: version 2", e.getMessage());
  }

  @Example
  void longTextsAreCutBetweenCharacters() throws MalformedMessageException {
    String text = "€".repeat(MessageCodec.LONGEST_TEXT);
    byte[] packet = MessageCodec.encode(new Message.Progress(text));
    assertTrue(packet.length <= MessageCodec.LONGEST);
    Message.Progress understood = (Message.Progress) MessageCodec.decode(packet);
    assertEquals("€".repeat(MessageCodec.LONGEST_TEXT / 3), understood.text());
  }

  @Example
  void namesThatCannotBeKeptUnderAreRefused() {
    for (String name : new String[] {"", "a b", "ä", "a:b", "a\n", "x".repeat(65)}) {
      assertThrows(
          IllegalArgumentException.class, () -> MessageCodec.encode(new Message.Keep(name)), name);
    }
  }
}
