/**
 * Channels: slots, their queues and the waiting strategies, back-pressure, balancing and metrics,
 * and the interface that a file system implements. One channel serves one CPU with one thread.
 */
package io.ringmount.channels;
