package io.ringmount.daemon.fs;

/**
 * How a source directory is mirrored.
 *
 * @param entryTimeoutNanos how long the kernel may trust a name; this and the attributes' timeout
 *     bound how late a change behind the mount shows
 * @param attributesTimeoutNanos how long the kernel may trust attributes
 * @param negativeTimeoutNanos how long the kernel may trust that a name does not exist; 0: not at
 *     all
 * @param directIo files bypass the kernel's page cache
 * @param passedThrough which files the kernel reads and writes by itself, if it can
 * @param descriptorBudget the most descriptors kept open for files the kernel knows; files beyond
 *     it are opened for each operation, where the backend has file handles. Where it has none, up
 *     to half of the process's limit of descriptors is used
 */
public record MirrorOptions(
    long entryTimeoutNanos,
    long attributesTimeoutNanos,
    long negativeTimeoutNanos,
    boolean directIo,
    PassedThrough passedThrough,
    int descriptorBudget) {
  public MirrorOptions {
    requireNotNegative("entryTimeoutNanos", entryTimeoutNanos);
    requireNotNegative("attributesTimeoutNanos", attributesTimeoutNanos);
    requireNotNegative("negativeTimeoutNanos", negativeTimeoutNanos);
    requireNotNegative("descriptorBudget", descriptorBudget);
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + ", must not be negative");
    }
  }
}
