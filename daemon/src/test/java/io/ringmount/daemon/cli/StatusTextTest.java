package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.daemon.control.MountStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTextTest {
  @Test
  void statusIsACompactTable() {
    MountStatus status =
        new MountStatus(
            "/mnt",
            "/src",
            "uring",
            "the kernel offers it",
            "none",
            1,
            "1.0",
            42,
            null,
            3700,
            List.of(
                new MountStatus.Channel("channel-0", 0, 16, 1, 12345, 0, 0),
                new MountStatus.Channel("control", -1, 2, 0, 7, 0, 0)),
            256 << 20,
            35 << 20,
            null);
    assertEquals(
        """
        /mnt serves /src
          transport   uring (the kernel offers it)
          daemon      process 42, version 1.0, generation 1, up 1h 01m
          crash safe  none
          memory      35 MiB of at most 256 MiB
          channels
            NAME       CPU  SLOTS  IN FLIGHT  REQUESTS  FAILED  MALFORMED
            channel-0    0     16          1     12345       0          0
            control      -      2          0         7       0          0
        """
            .strip(),
        String.join("\n", StatusCommand.describe(status)));
  }
}
