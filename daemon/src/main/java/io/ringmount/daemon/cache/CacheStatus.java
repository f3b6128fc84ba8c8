package io.ringmount.daemon.cache;

/**
 * What a cache has and has done; names and meanings are part of {@code status --json}.
 *
 * @param capacityBytes the cap
 * @param usedBytes what the copies take, those that are being filled among them
 * @param files how many copies there are, those that are being filled among them
 * @param pinned files whose copies are not evicted, whether they are there or not
 * @param pinnedBytes what their copies take, or will
 * @param hits reads answered from a copy, by this daemon
 * @param misses reads answered from the backend although a copy was there or being made
 * @param filled copies completed by this daemon
 * @param filling copies being worked on
 * @param fetchedBytes read from the backend for copies alone, which no application had asked for
 * @param guessed files taken for the next ones that an application opens, to be copied early
 * @param guessedRight those of them that were opened
 * @param evicted copies that went to make room
 * @param bad copies that could not be read, or were damaged
 * @param degraded why the cache is not used as it should be; null when it is
 */
public record CacheStatus(
    String directory,
    long capacityBytes,
    long usedBytes,
    int files,
    int pinned,
    long pinnedBytes,
    long hits,
    long misses,
    long filled,
    int filling,
    long fetchedBytes,
    long guessed,
    long guessedRight,
    long evicted,
    long bad,
    String degraded) {}
