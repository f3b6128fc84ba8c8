/**
 * The small process that outlives every daemon: it holds the descriptors and the shared memory of a
 * mount, and starts, supervises and replaces the daemons that serve it.
 */
package io.ringmount.watchdog;
