package io.ringmount.daemon.control;

import io.ringmount.daemon.cache.Warmth;
import java.util.List;

/**
 * What became of a {@link WarmRequest}.
 *
 * @param files for each path in order; null when the mount has no cache
 */
public record WarmReply(List<Warmth> files) {}
