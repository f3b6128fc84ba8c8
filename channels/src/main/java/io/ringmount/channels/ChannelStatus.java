package io.ringmount.channels;

/**
 * What one channel is and has done; a snapshot.
 *
 * @param name of its thread
 * @param cpu the CPU it is pinned to; -1 when it is not pinned
 * @param slots requests it can hold at once
 * @param busyPollNanos how long it polls at present before it blocks; 0: it does not
 * @param inFlight requests received and not yet answered
 * @param requests received since the mount
 * @param systemCalls made to exchange requests and replies with the kernel
 * @param failed answered with an error that the channel itself gave: a file system that threw, a
 *     reply the kernel refused
 * @param malformed requests that could not be decoded
 */
public record ChannelStatus(
    String name,
    int cpu,
    int slots,
    long busyPollNanos,
    int inFlight,
    long requests,
    long systemCalls,
    long failed,
    long malformed) {}
