package io.ringmount.bench.torture;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line from a client to the harness: kind and fields, separated by tabs. Times are {@link
 * System#nanoTime}, which is one clock for all processes on Linux.
 *
 * @param kind what it says
 * @param fields as the kind has them
 */
record Message(Kind kind, List<String> fields) {
  /** What a client says. */
  enum Kind {
    /** Everything is set up; waits for {@code go}. */
    READY,
    /** It lives: calls so far. */
    BEAT,
    /** A call that took long: begin, end, name. */
    SLOW,
    /** Task, text. */
    VIOLATION,
    /** A call that ended with ECANCELED where that is allowed: text. */
    CANCELED,
    /** A call that has not ended for longer than the limit: milliseconds, name and path. */
    HUNG,
    /** No call is under way and none follows before {@code finish}. */
    STOPPED,
    /** Everything was checked once more: calls, latencies as {@link Latencies#encode}. */
    ENDED
  }

  Message {
    fields = List.copyOf(fields);
  }

  static Message of(Kind kind, Object... fields) {
    return new Message(kind, Stream.of(fields).map(Object::toString).toList());
  }

  /** The line, without its end. */
  String line() {
    return Stream.concat(Stream.of(kind.name()), fields.stream())
        .map(each -> each.replaceAll("\\p{Cntrl}", " "))
        .collect(Collectors.joining("\t"));
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException when it is none of ours
   */
  static Message parse(String line) {
    List<String> words = List.of(line.split("\t", -1));
    return new Message(Kind.valueOf(words.getFirst()), words.subList(1, words.size()));
  }

  String text(int field) {
    return fields.get(field);
  }

  long number(int field) {
    return Long.parseLong(fields.get(field));
  }
}
