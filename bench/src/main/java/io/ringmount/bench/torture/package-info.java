/**
 * A mount under a checked load while its processes are replaced or killed.
 *
 * <p>Clients are processes of their own. Each does {@link io.ringmount.bench.torture.Task tasks}
 * that know what must be there, one system call at a time, and reports what differs. The {@link
 * io.ringmount.bench.torture.Torture harness} never waits on the mount without a limit.
 */
package io.ringmount.bench.torture;
