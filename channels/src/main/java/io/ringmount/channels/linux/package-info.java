/**
 * The only place with native calls: one class a kernel facility. A call that fails throws a typed
 * error with errno, the call and the path.
 */
package io.ringmount.channels.linux;
