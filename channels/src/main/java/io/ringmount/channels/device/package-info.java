/**
 * The transport that reads requests from and writes replies to /dev/fuse, for kernels without FUSE
 * over io_uring.
 */
package io.ringmount.channels.device;
