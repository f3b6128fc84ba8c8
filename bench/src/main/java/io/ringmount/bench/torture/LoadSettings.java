package io.ringmount.bench.torture;

/**
 * How clients work.
 *
 * @param clients how many; they are spread over the processors
 * @param pauseMicros between two steps of a client
 * @param hangMillis a call that takes longer hangs
 * @param bounded whether a call may end with ECANCELED
 * @param seed of all random choices
 */
public record LoadSettings(
    int clients, long pauseMicros, long hangMillis, boolean bounded, long seed) {}
