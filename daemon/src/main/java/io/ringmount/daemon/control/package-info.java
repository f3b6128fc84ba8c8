/**
 * How commands find and ask the daemons: the run directory with one entry a mount, the control
 * socket, and the table of mounts joined from the kernel's list and the entries.
 */
package io.ringmount.daemon.control;
