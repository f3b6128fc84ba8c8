package io.ringmount.bench.torture;

import java.nio.charset.StandardCharsets;

/**
 * What is appended: a line of fixed length that says who wrote it and how many he wrote before.
 *
 * @param writer who
 * @param number from 0
 */
record AppendRecord(int writer, long number) {
  static final int LENGTH = 16;

  private static final int WRITER_DIGITS = 5;

  byte[] bytes() {
    return "%05d %09d%n".formatted(writer, number).getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the record that begins at {@code index}. */
  static AppendRecord parse(byte[] bytes, int index) throws ViolationException {
    String text = new String(bytes, index, LENGTH, StandardCharsets.ISO_8859_1);
    ViolationException.unless(text.matches("\\d{5} \\d{9}\n"), "'%s' in place of a record", text);
    return new AppendRecord(
        Integer.parseInt(text.substring(0, WRITER_DIGITS)),
        Long.parseLong(text.substring(WRITER_DIGITS + 1, LENGTH - 1)));
  }
}
