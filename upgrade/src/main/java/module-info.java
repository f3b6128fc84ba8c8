/** The handover between two generations of the daemon. */
module io.ringmount.upgrade {
  requires transitive io.ringmount.channels;

  exports io.ringmount.upgrade;
}
