package io.ringmount.channels;

/** The ways to serve a mount that a living process can leave to another without any loss. */
enum HandOver {
  PLAIN_RINGS(Served.URING_STRICT),
  DEVICE(Served.DEVICE);

  private final Served served;

  HandOver(Served served) {
    this.served = served;
  }

  MountOptions options(Execution execution) {
    return served.options().execution(execution).build();
  }
}
