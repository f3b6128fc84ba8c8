package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.MountedDirectories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same system calls on the mount and on a plain directory of the backend's file system:
 * results, error numbers and what is there afterwards are equal. The plain directory is the oracle.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class CallComparisonIT extends MountedDirectories {
  private static final List<CallScript> SCRIPTS =
      Stream.of(
              NameCalls.scripts(),
              OpenCalls.scripts(),
              AttributeCalls.scripts(),
              PermissionCalls.scripts(),
              RangeCalls.scripts(),
              XattrCalls.scripts(),
              AccessListCalls.scripts())
          .flatMap(List::stream)
          .toList();

  /** So that nobody removes many unnoticed. */
  private static final int LEAST_CALLS = 1_000;

  private static final String ON_DISK = "disk";

  @ParameterizedTest
  @CsvSource({
    "disk, 'transport=uring'",
    "disk, 'transport=device,passthrough=off'",
    "disk, 'transport=uring,direct_io=true,entry_timeout=0,attr_timeout=0'",
    "tmpfs, 'transport=uring'",
    "overlay, 'transport=uring'"
  })
  void everyCallReturnsWhatItDoesOnThePlainDirectory(String backendType, String options)
      throws Exception {
    prepare(directory("files"), backendType);
    Path backend = directory("files/backend");
    Path plain = directory("files/plain");
    Path mountpoint = mount(backend, directory("mount"), options);

    int calls = 0;
    List<String> differences = new ArrayList<>();
    for (CallScript script : SCRIPTS) {
      List<String> expected = transcript(plain, script);
      List<String> actual = transcript(mountpoint, script);
      firstDifference(expected, actual)
          .ifPresent(difference -> differences.add(script.name() + difference));
      calls += expected.size();
      if (script.name().equals(AccessListCalls.OF_FILES) && backendType.equals("tmpfs")) {
        assertTrue(expected.toString().contains("]] = 0,"), "no list can be set: " + expected);
      }
    }
    System.out.println(calls + " results on " + backendType + " with " + options);
    assertEquals("", String.join("", differences));
    assertTrue(calls >= LEAST_CALLS, calls + " calls");
    unmount(mountpoint);
  }

  /** Mounts what is to hold the backend and the plain directory. */
  private void prepare(Path files, String type) throws Exception {
    if (type.equals(ON_DISK)) {
      return;
    }
    String data = "";
    if (type.equals("overlay")) {
      data =
          "lowerdir=%s,upperdir=%s,workdir=%s"
              .formatted(directory("lower"), directory("upper"), directory("scratch"));
    }
    mountOther(type, files, data);
  }

  /** The first line that differs, with the one before; empty when none does. */
  private static Optional<String> firstDifference(List<String> expected, List<String> actual) {
    for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
      String wanted = i < expected.size() ? expected.get(i) : "the end";
      String found = i < actual.size() ? actual.get(i) : "the end";
      if (!wanted.equals(found)) {
        String before = i == 0 ? "the beginning" : expected.get(i - 1);
        return Optional.of(
            "%n  after     %s%n  plain     %s%n  mount     %s%n".formatted(before, wanted, found));
      }
    }
    return Optional.empty();
  }

  private static List<String> transcript(Path root, CallScript script) throws Exception {
    Path directory = Files.createDirectory(root.resolve(script.name()));
    try (CallTranscript transcript = new CallTranscript(directory)) {
      script.calls().accept(transcript);
      return transcript.lines();
    }
  }
}
