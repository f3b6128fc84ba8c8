package io.ringmount.channels;

/** The ways to serve a mount that one process can hand over to another without any loss. */
enum HandOver {
  PLAIN_RINGS(Served.URING_STRICT, RingMode.STRICT),
  POLLED_RINGS(Served.URING_STRICT, RingMode.SQPOLL),
  DEVICE(Served.DEVICE, RingMode.STRICT);

  private final Served served;
  private final RingMode ringMode;

  HandOver(Served served, RingMode ringMode) {
    this.served = served;
    this.ringMode = ringMode;
  }

  MountOptions options(Execution execution) {
    return served.options().ringMode(ringMode).execution(execution).build();
  }
}
