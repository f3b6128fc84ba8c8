/**
 * The online upgrade: the versioned handover protocol between two generations of the daemon, the
 * layout of the memory they share, and the command that starts it.
 */
package io.ringmount.upgrade;
