package io.ringmount.daemon.cache;

/**
 * How much of a file is in the cache.
 *
 * @param size of the file in bytes
 * @param there bytes of it that are in the copy
 * @param accepted whether it is being copied, or waits for that, or is complete
 * @param why it is not, if not for a reason that passes by itself; else null
 */
public record Warmth(long size, long there, boolean accepted, String why) {}
