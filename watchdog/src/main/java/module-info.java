/** The process that outlives every daemon. */
module io.ringmount.watchdog {
  requires io.ringmount.upgrade;
  requires io.ringmount.channels;
}
