package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.IoUring;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code doctor} sees of the machine and may change: files under a root directory, which is
 * another one in tests, and a few acts, which tests replace.
 */
class Machine {
  private final Path root;

  Machine() {
    this(Path.of("/"));
  }

  Machine(Path root) {
    this.root = root;
  }

  /** The text of a small file, stripped; empty when it is not there or may not be read. */
  Optional<String> read(String file) {
    try {
      return Optional.of(KernelFile.read(at(file)).strip());
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** The number that a file consists of. */
  OptionalLong readNumber(String file) {
    Optional<String> text = read(file).filter(each -> each.matches("[0-9]{1,18}"));
    return text.map(each -> OptionalLong.of(Long.parseLong(each))).orElse(OptionalLong.empty());
  }

  boolean exists(String file) {
    return Files.exists(at(file));
  }

  void write(String file, String text) throws IOException {
    Files.writeString(at(file), text);
  }

  private Path at(String file) {
    return root.resolve(file.substring(1));
  }

  int javaFeature() {
    return Runtime.version().feature();
  }

  /** Makes an io_uring of the kind that channels use, and ends it. */
  void tryIoUring() throws IOException {
    IoUring.create(8, 16, IoUring.SINGLE_ISSUER | IoUring.DEFER_TASKRUN).close();
  }

  void mountFusectl() throws IOException {
    Mounts.mount("fusectl", at("/sys/fs/fuse/connections"), "fusectl", 0, "");
  }

  /** Runs a command without input or output; says nothing when it succeeds. */
  void run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(String.join(" ", command) + " ended with exit code " + code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
