package io.ringmount.daemon.control;

/**
 * What became of an {@link UnpinRequest}.
 *
 * @param files how many were pinned
 */
public record UnpinReply(int files) {}
