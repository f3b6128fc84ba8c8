/** The process that outlives every daemon. */
module io.ringmount.watchdog {
  requires io.ringmount.channels;
  requires io.ringmount.upgrade;
  requires jdk.unsupported;
}
