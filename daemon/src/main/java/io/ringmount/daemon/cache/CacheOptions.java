package io.ringmount.daemon.cache;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a cache is kept.
 *
 * @param directory absolute
 * @param capacity most bytes that copies may take
 * @param freePercent of the directory's file system that must stay free
 * @param blockBytes unit of checksums, a multiple of 4096
 * @param fills how many files are copied at once
 * @param eviction which copies go when room is needed
 * @param fill when a file is copied
 * @param prefetch most files that are copied before they are opened, as they follow others by
 *     number
 * @param ttl how long a copy is good for, if not for ever
 */
public record CacheOptions(
    Path directory,
    long capacity,
    int freePercent,
    int blockBytes,
    int fills,
    Eviction eviction,
    FillPolicy fill,
    int prefetch,
    Optional<Duration> ttl) {}
