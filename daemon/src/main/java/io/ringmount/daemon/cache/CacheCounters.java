package io.ringmount.daemon.cache;

import java.util.concurrent.atomic.LongAdder;

/** What this process has done; names as in {@link CacheStatus}. */
final class CacheCounters {
  final LongAdder hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder bad = new LongAdder();
  final LongAdder filled = new LongAdder();
  final LongAdder guessed = new LongAdder();
  final LongAdder guessedRight = new LongAdder();
}
