/**
 * The transport that exchanges requests and replies with the kernel through io_uring, one ring a
 * CPU.
 */
package io.ringmount.channels.uring;
