/** The file system, the cache, operation and the command line. */
module io.ringmount.daemon {
  requires ch.qos.logback.classic;
  requires chronicle.bytes;
  requires chronicle.queue;
  requires chronicle.wire;
  requires com.google.gson;
  requires info.picocli;
  requires io.ringmount.channels;
  requires io.ringmount.upgrade;
  requires java.management;
  requires jdk.net;
  requires jdk.unsupported;
  requires me.tongfei.progressbar;
  requires org.jctools.core;
  requires org.slf4j;
  requires org.tomlj;
}
