package io.ringmount.daemon.cli;

/**
 * A mount that was made and answers.
 *
 * @param pid of its daemon
 * @param transport {@code uring} or {@code device}
 * @param transportReason why that one
 */
record MountedDaemon(long pid, String transport, String transportReason) {}
