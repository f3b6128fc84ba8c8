/**
 * What channels count, in Agrona counters and histograms in a mapped file: any process reads it
 * while it is written, and after its writer has died.
 */
package io.ringmount.channels.metrics;
