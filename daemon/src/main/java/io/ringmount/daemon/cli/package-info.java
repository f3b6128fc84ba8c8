/**
 * The command line, one class a command, and the daemon process that {@code mount} starts.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong usage. A failure is one line on standard error, {@code
 * ringmount: what, where; remedy}.
 */
package io.ringmount.daemon.cli;
