/**
 * Benchmarks: micro-benchmarks of the hot path, side-by-side runs against other FUSE file systems,
 * and their reports.
 */
package io.ringmount.bench;
