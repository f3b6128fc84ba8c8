/** Benchmarks and their reports. */
module io.ringmount.bench {
  requires HdrHistogram;
  requires com.google.gson;
  requires info.picocli;
  requires io.ringmount.channels;
  requires io.ringmount.upgrade;
}
