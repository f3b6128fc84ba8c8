package io.ringmount.daemon.config;

import io.ringmount.channels.BusyPoll;
import io.ringmount.channels.Tuning;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;

/** How one of the options that can change while mounted stands in a tuning. */
abstract sealed class Lever {
  /** One for each such option. */
  static final List<Lever> ALL =
      List.of(
          new BusyPollBound(),
          new Share(
              OptionTable.BUSY_POLL_SHARE,
              Tuning::busyPollShare,
              (old, share) ->
                  new Tuning(old.busyPoll(), old.busyPollByCpu(), share, old.spinShare())),
          new Share(
              OptionTable.SPIN_SHARE,
              Tuning::spinShare,
              (old, share) ->
                  new Tuning(old.busyPoll(), old.busyPollByCpu(), old.busyPollShare(), share)));

  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;

  abstract Option<?> option();

  /**
   * What holds, as {@code -o} would have it.
   *
   * @param core empty: for the whole mount
   */
  abstract String read(Tuning tuning, OptionalInt core);

  /**
   * The same tuning with another value.
   *
   * @param core empty: for the whole mount
   */
  abstract Tuning write(Tuning tuning, OptionalInt core, String text) throws InvalidValueException;

  static String text(BusyPoll bound) {
    long nanos = bound.nanos();
    if (bound.isAuto()) {
      return "auto";
    }
    if (nanos == 0) {
      return "0";
    }
    if (nanos % MILLI == 0) {
      return nanos / MILLI + "ms";
    }
    return nanos % MICRO == 0 ? nanos / MICRO + "us" : nanos + "ns";
  }

  private static final class BusyPollBound extends Lever {
    @Override
    Option<BusyPoll> option() {
      return OptionTable.BUSY_POLL;
    }

    @Override
    String read(Tuning tuning, OptionalInt core) {
      return text(core.isPresent() ? tuning.busyPoll(core.getAsInt()) : tuning.busyPoll());
    }

    @Override
    Tuning write(Tuning tuning, OptionalInt core, String text) throws InvalidValueException {
      BusyPoll bound = option().type().parse(text);
      Map<Integer, BusyPoll> byCpu = new HashMap<>(tuning.busyPollByCpu());
      core.ifPresent(cpu -> byCpu.put(cpu, bound));
      return new Tuning(
          core.isPresent() ? tuning.busyPoll() : bound,
          byCpu,
          tuning.busyPollShare(),
          tuning.spinShare());
    }
  }

  /** Of the whole mount only. */
  private static final class Share extends Lever {
    @FunctionalInterface
    private interface With {
      Tuning apply(Tuning old, double share);
    }

    private final Option<Double> option;
    private final ToDoubleFunction<Tuning> read;
    private final With with;

    Share(Option<Double> option, ToDoubleFunction<Tuning> read, With with) {
      this.option = option;
      this.read = read;
      this.with = with;
    }

    @Override
    Option<Double> option() {
      return option;
    }

    @Override
    String read(Tuning tuning, OptionalInt core) {
      BigDecimal share = BigDecimal.valueOf(read.applyAsDouble(tuning));
      return share.stripTrailingZeros().toPlainString();
    }

    @Override
    Tuning write(Tuning tuning, OptionalInt core, String text) throws InvalidValueException {
      return with.apply(tuning, option.type().parse(text));
    }
  }
}
