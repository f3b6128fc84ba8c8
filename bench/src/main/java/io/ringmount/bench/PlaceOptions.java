package io.ringmount.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options of every benchmark: where, and which mounts of Ringmount. */
final class PlaceOptions {
  @Option(
      names = "--directory",
      description = "Where the sample data is put, on a local disk (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--variant",
      paramLabel = "NAME=OPTIONS",
      description = {
        "Ringmount with these mount options, in place of the standard ones. May be given more than"
            + " once."
      })
  private Map<String, String> variants = new LinkedHashMap<>();

  Path directory() {
    return directory;
  }

  /** Those asked for, or else {@code standard}. */
  List<Variant> variants(List<Variant> standard) {
    return variants.isEmpty() ? standard : Variant.of(variants);
  }
}
