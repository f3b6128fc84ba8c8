/**
 * The file system: a directory of the backend, mirrored through descriptors. {@link
 * io.ringmount.daemon.fs.MirrorFileSystem} serves the operations; the tables behind it are shared
 * by all channels without a lock.
 */
package io.ringmount.daemon.fs;
