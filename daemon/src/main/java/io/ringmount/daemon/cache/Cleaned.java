package io.ringmount.daemon.cache;

/**
 * What was removed from a cache; part of the control protocol.
 *
 * @param files copies
 * @param bytes that they took
 * @param pinned files that were to be removed, but for being pinned
 * @param more whether there was no time for all
 */
public record Cleaned(int files, long bytes, int pinned, boolean more) {}
