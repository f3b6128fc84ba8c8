package io.ringmount.daemon.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Guesses which files of a directory are opened next, by a number in their names: as {@code
 * model-00001-of-00010.safetensors} after one of them was opened, any others after two in a row.
 * The more guesses come true, the farther they go. Not thread-safe.
 */
final class Sequence {
  /** More digits are no number that somebody counts with. */
  private static final Pattern NUMBER = Pattern.compile("(?<![0-9])[0-9]{1,9}(?![0-9])");

  private static final Pattern TOTAL = Pattern.compile("-of-([0-9]{1,9})(?![0-9]).*");

  private final int farthest;
  private final CacheCounters counters;

  /**
   * The numbers in the name that was opened last; once it is known which of them counts, that one.
   */
  private List<Place> last = List.of();

  /** Whether it is known. */
  private boolean proven;

  /** How many files are guessed from the last one. */
  private int ahead;

  /** The last number that was guessed. */
  private long guessed;

  /**
   * @param farthest most files that are guessed at once, above 0
   * @param counters are told what was guessed and what came true
   */
  Sequence(int farthest, CacheCounters counters) {
    this.farthest = farthest;
    this.counters = counters;
  }

  /** A number in a name. */
  private record Place(String before, String digits, String after) {
    static List<Place> of(String name) {
      List<Place> places = new ArrayList<>();
      Matcher matcher = NUMBER.matcher(name);
      while (matcher.find()) {
        places.add(
            new Place(
                name.substring(0, matcher.start()),
                matcher.group(),
                name.substring(matcher.end())));
      }
      return places;
    }

    long number() {
      return Long.parseLong(digits);
    }

    boolean isBeside(Place other) {
      return before.equals(other.before) && after.equals(other.after);
    }

    /** How many there are, if the name says so; 0: it does not. */
    long total() {
      Matcher matcher = TOTAL.matcher(after);
      return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }

    String name(long number) {
      String written = Long.toString(number);
      return before + "0".repeat(Math.max(0, digits.length() - written.length())) + written + after;
    }
  }

  /**
   * A file was opened.
   *
   * @return the names of those to come that were not guessed before, the next one first
   */
  List<String> opened(String name) {
    List<Place> places = Place.of(name);
    for (Place next : places) {
      for (Place before : last) {
        if (next.isBeside(before)) {
          return follow(before, next);
        }
      }
    }
    return begin(places);
  }

  private List<String> follow(Place before, Place next) {
    long distance = next.number() - before.number();
    // Several readers may be one after the other or the other way round.
    if (distance <= 0 && distance >= -farthest) {
      return List.of();
    }
    if (distance < 0 || distance > ahead + 1) {
      return begin(List.of(next));
    }
    if (proven) {
      counters.guessedRight.add(next.number() <= guessed ? 1 : 0);
      ahead = Math.min(farthest, 2 * ahead);
      return guess(next);
    }
    return prove(next);
  }

  private List<String> begin(List<Place> places) {
    for (Place each : places) {
      if (each.total() > 0) {
        return prove(each);
      }
    }
    last = places;
    proven = false;
    ahead = 0;
    return List.of();
  }

  private List<String> prove(Place place) {
    proven = true;
    ahead = 1;
    guessed = place.number();
    return guess(place);
  }

  private List<String> guess(Place from) {
    last = List.of(from);
    List<String> names = new ArrayList<>();
    long end = from.number() + ahead;
    if (from.total() > 0) {
      end = Math.min(end, from.total());
    }
    for (long number = Math.max(guessed, from.number()) + 1; number <= end; number++) {
      names.add(from.name(number));
    }
    guessed = Math.max(guessed, end);
    counters.guessed.add(names.size());
    return names;
  }
}
