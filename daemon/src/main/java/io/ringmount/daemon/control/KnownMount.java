package io.ringmount.daemon.control;

/**
 * A mount as far as it can be known without touching it.
 *
 * @param mountpoint where it is
 * @param source what it shows
 * @param state what has become of it
 * @param pid of the daemon; null when there is none or it is hidden
 * @param connection number of the FUSE connection; {@link MountRecord#NOT_MOUNTED_YET} without a
 *     mount
 */
public record KnownMount(
    String mountpoint, String source, MountState state, Long pid, int connection) {}
