package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.daemon.MountedDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random calls on the mount and on a plain directory side by side: each returns the same, and the
 * trees are equal whenever they are looked at. The plain directory is the model.
 */
@Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
class RandomComparisonIT extends MountedDirectories {
  /** How many calls; {@code -Dringmount.random.calls=200000} for more. */
  private static final int CALLS = Integer.getInteger("ringmount.random.calls", 20_000);

  /** What they are; {@code -Dringmount.random.seed} to have the same again. */
  private static final long SEED = Long.getLong("ringmount.random.seed", System.nanoTime());

  private static final int CALLS_A_LOOK = 2_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transport=uring,attr_timeout=0,entry_timeout=0",
        "transport=device,passthrough=off",
        "transport=uring,direct_io=true"
      })
  void everyCallReturnsWhatItDoesOnThePlainDirectory(String options) throws Exception {
    System.out.println("seed " + SEED + ", " + CALLS + " calls, " + options);
    boolean passedThrough = !options.contains("passthrough=off") && !options.contains("direct_io");
    Path backend = directory("backend");
    Path plain = directory("plain");
    Path mountpoint = mount(backend, directory("mount"), options);

    try (CallTranscript expected = new CallTranscript(plain);
        CallTranscript actual = new CallTranscript(mountpoint)) {
      RandomCalls model = new RandomCalls(expected, new Random(SEED), passedThrough);
      RandomCalls mount = new RandomCalls(actual, new Random(SEED), passedThrough);
      for (int i = 1; i <= CALLS; i++) {
        model.next();
        mount.next();
        List<String> wanted = expected.takeLines();
        int number = i;
        assertEquals(wanted, actual.takeLines(), () -> "call " + number + " of seed " + SEED);
        if (i % CALLS_A_LOOK == 0 || i == CALLS) {
          assertEquals(tree(plain), tree(mountpoint), () -> "seed " + SEED);
        }
      }
    }
    assertEquals(tree(plain), tree(backend), () -> "seed " + SEED);
    unmount(mountpoint);
  }

  /** All that can be seen of a tree but times and space. */
  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(each -> !each.equals(root)).toList()) {
        Map<String, Object> attributes =
            new TreeMap<>(
                Files.readAttributes(
                    path, "unix:mode,uid,gid,nlink,size", LinkOption.NOFOLLOW_LINKS));
        Object content = "";
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          content = Arrays.hashCode(Files.readAllBytes(path));
        } else if (Files.isSymbolicLink(path)) {
          content = Files.readSymbolicLink(path);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          attributes.remove("size");
        }
        tree.put(root.relativize(path).toString(), attributes + " " + content);
      }
    }
    return tree;
  }
}
