/**
 * How a channel's thread waits: it may look for requests for a bounded time before it blocks in the
 * kernel. Nothing here knows channels; a strategy looks through the {@link
 * io.ringmount.channels.waiting.Arrivals} given to it.
 */
package io.ringmount.channels.waiting;
