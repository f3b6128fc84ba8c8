/**
 * The daemon: the file system over a backend, the cache behind its channels, configuration,
 * operation and the command line.
 */
package io.ringmount.daemon;
