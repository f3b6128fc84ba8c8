package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.TransportKind;
import io.ringmount.daemon.fs.MirrorOptions;
import io.ringmount.daemon.fs.PassedThrough;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@RequiresFuse
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RehearsalIT {
  @TempDir Path directory;

  private void rehearse(BooleanSupplier wanted) throws Exception {
    MountOptions options = MountOptions.builder("test").transport(TransportKind.DEVICE).build();
    MirrorOptions mirror =
        new MirrorOptions(
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.SECONDS.toNanos(1),
            0,
            false,
            PassedThrough.NONE,
            1000);
    new Rehearsal(directory, mirror, options).run(wanted);
  }

  private static List<Thread> underWay() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().equals("rehearsal"))
        .toList();
  }

  private static void awaitEnd() throws InterruptedException {
    for (Thread each : underWay()) {
      each.join();
    }
  }

  @Test
  void nobodyWaitsForItsEndOnceNobodyServes() throws Exception {
    rehearse(() -> true);
    awaitEnd();
    rehearse(() -> false);
    assertTrue(!underWay().isEmpty(), "waited for the end");
    awaitEnd();
  }
}
