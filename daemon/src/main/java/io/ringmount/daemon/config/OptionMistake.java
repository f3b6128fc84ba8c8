package io.ringmount.daemon.config;

/**
 * One thing wrong with options that were given.
 *
 * @param line of the tuning file; {@link #NO_LINE} when it does not stand there
 * @param what such as {@code slots=5000 is out of range}
 * @param remedy such as {@code use 1 to 1024}
 */
public record OptionMistake(int line, String what, String remedy) {
  public static final int NO_LINE = 0;

  private static final int LONGEST_QUOTE = 80;

  public OptionMistake(String what, String remedy) {
    this(NO_LINE, what, remedy);
  }

  /** A text as a mistake may repeat it, since what people give can be of any length. */
  static String quote(String text) {
    return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
  }

  /** A text that is no value of an option. */
  static OptionMistake of(int line, Option<?> option, String name, String text, String why) {
    return new OptionMistake(line, name + "=" + quote(text) + " " + why, option.remedy());
  }
}
