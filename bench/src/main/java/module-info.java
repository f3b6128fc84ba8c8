/** Benchmarks and their reports. */
module io.ringmount.bench {
  requires HdrHistogram;
  requires info.picocli;
  requires io.ringmount.channels;
}
