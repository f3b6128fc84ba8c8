package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.daemon.control.MountStatus;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
            "strict",
            "none",
            3,
            "2026-02-01T10:00:00Z",
            "1.0",
            42,
            null,
            3700,
            List.of(
                new MountStatus.Channel("channel-0", 0, 16, 50, 1, 12345, 678, 0, 0),
                new MountStatus.Channel("control", -1, 2, 0, 0, 7, 14, 0, 0)),
            new MountStatus.Totals(
                "2026-01-01T10:00:00Z",
                2,
                99,
                0,
                0,
                0,
                5,
                2,
                new TreeMap<>(Map.of("EIO", 1L, "ENOENT", 3L)),
                List.of(
                    new MountStatus.Operation("LOOKUP", 9, 10.4, 9.5, 80, 120),
                    new MountStatus.Operation("READ", 90, 1.2, 1, 2.4, 2000000))),
            18,
            256 << 20,
            35 << 20,
            Map.of("busy_poll", "auto"),
            Map.of(3, Map.of("busy_poll", "50us")),
            null);
    assertEquals(
        """
        /mnt serves /src
          transport   uring, strict (the kernel offers it)
          daemon      process 42, version 1.0, generation 3, up 1h 01m
          watchdog    none
          crash safe  none
          memory      35 MiB of at most 256 MiB
          in flight   at most 18 requests
          settings    busy_poll auto
                      CPU 3: busy_poll 50us
          channels
            NAME       CPU  SLOTS  POLLS US  IN FLIGHT  REQUESTS  SYSTEM CALLS  FAILED  MALFORMED
            channel-0    0     16        50          1     12345           678       0          0
            control      -      2         0          0         7            14       0          0
          totals      since 2026-01-01T10:00:00Z, of 2 daemons: 99 requests; errors: EIO 1, ENOENT 3
                      5 requests taken over from another daemon, 2 of them begun before
          operations
            NAME    ANSWERED  MEAN US  MEDIAN US  99% US  LONGEST US
            LOOKUP         9       10         10      80         120
            READ          90        1          1       2     2000000
        """
            .strip(),
        String.join("\n", StatusCommand.describe(status)));
  }
}
