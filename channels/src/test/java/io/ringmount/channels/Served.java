package io.ringmount.channels;

/** The ways to serve a mount that every contract has to hold for. */
enum Served {
  URING_STRICT,
  URING_BOUNDED,
  DEVICE;

  private static final long MEMORY = 96L << 20;
  private static final int WRITE = 128 << 10;

  /** With slots that are small, and quickly made. */
  MountOptions.Builder options() {
    MountOptions.Builder builder =
        MountOptions.builder("test").memoryBudget(MEMORY).maxWrite(WRITE).slots(8);
    return switch (this) {
      case URING_STRICT -> builder.transport(TransportKind.URING).ringMode(RingMode.STRICT);
      case URING_BOUNDED -> builder.transport(TransportKind.URING).ringMode(RingMode.BOUNDED);
      case DEVICE -> builder.transport(TransportKind.DEVICE);
    };
  }
}
