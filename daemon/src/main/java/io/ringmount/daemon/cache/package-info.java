/**
 * Copies of the backend's files on a fast local disk. Nothing here ever fails an application: what
 * cannot be read from a copy is read from the backend.
 *
 * <p>A copy is of one {@link io.ringmount.daemon.cache.FileVersion version} of one {@link
 * io.ringmount.daemon.cache.FileKey file}; {@link io.ringmount.daemon.cache.CachedFile} is the
 * state machine of one copy, {@link io.ringmount.daemon.cache.Cache} finds and makes them, {@link
 * io.ringmount.daemon.cache.Index} knows which there are and which goes when room is needed.
 */
package io.ringmount.daemon.cache;
