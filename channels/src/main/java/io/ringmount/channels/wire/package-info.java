/**
 * The FUSE ABI: one flyweight a struct over memory, request decoding with bounds checks, reply
 * encoding.
 */
package io.ringmount.channels.wire;
