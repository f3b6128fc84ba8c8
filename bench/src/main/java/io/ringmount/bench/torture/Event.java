package io.ringmount.bench.torture;

/**
 * Something that was done to the mount's processes, in {@link System#nanoTime}.
 *
 * @param what as printed
 * @param begin before it was done
 * @param end when requests were seen to be served again
 */
record Event(String what, long begin, long end) {}
