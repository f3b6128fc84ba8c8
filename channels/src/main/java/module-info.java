/**
 * The FUSE transport as a library: system calls, the FUSE ABI, channels and the file-system
 * interface.
 */
module io.ringmount.channels {
  requires transitive org.agrona;
  requires affinity;
  requires org.jctools.core;
  requires org.jctools.core.jdk11;
  requires org.slf4j;

  exports io.ringmount.channels;
  exports io.ringmount.channels.linux;
  exports io.ringmount.channels.metrics;
  exports io.ringmount.channels.wire;
}
