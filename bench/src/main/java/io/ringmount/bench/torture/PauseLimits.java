package io.ringmount.bench.torture;

import java.util.ArrayList;
import java.util.List;

/**
 * How long pauses may be, in milliseconds.
 *
 * @param median that half of them do not exceed
 * @param longest that none exceeds
 */
public record PauseLimits(double median, double longest) {
  /** What exceeds them, as violations. */
  List<String> violations(Pauses pauses) {
    List<String> violations = new ArrayList<>();
    if (pauses.millis(0.5) > median) {
      violations.add(
          "the median pause is %.2f ms, the limit %.2f ms".formatted(pauses.millis(0.5), median));
    }
    if (pauses.millis(1) > longest) {
      violations.add(
          "the longest pause is %.2f ms, the limit %.2f ms".formatted(pauses.millis(1), longest));
    }
    return violations;
  }
}
