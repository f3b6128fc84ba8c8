package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DescriptorVaultTest {
  private final List<String> told = new ArrayList<>();
  private final DescriptorVault vault =
      new DescriptorVault(
          new DescriptorVault.Mirror() {
            @Override
            public void kept(String name, int descriptor) {
              told.add("+" + name);
            }

            @Override
            public void dropped(String name) {
              told.add("-" + name);
            }
          });

  private static int open() {
    return new File("/proc/self/fd").list().length;
  }

  @Test
  void whatIsKeptIsReplacedDroppedAndClosed() throws LinuxException {
    try (EventFd event = EventFd.create()) {
      int before = open();
      vault.keepDuplicate("a", event.fd());
      vault.keepDuplicate("a", event.fd());
      vault.keepDuplicate("b", event.fd());
      assertEquals(Set.of("a", "b"), vault.contents().keySet());
      assertEquals(before + 2, open());
      assertTrue(vault.drop("a"));
      assertFalse(vault.drop("a"));
      assertEquals(before + 1, open());
      vault.close();
      assertEquals(before, open());
      assertEquals(List.of("+a", "-a", "+a", "+b", "-a", "-b"), told);
    }
  }

  @Test
  void whatIsNotConfirmedIsDroppedWhenAskedFor() throws LinuxException {
    try (EventFd event = EventFd.create()) {
      int before = open();
      vault.keepUnconfirmed("a", (int) FileOps.dup(event.fd()));
      vault.keepUnconfirmed("b", (int) FileOps.dup(event.fd()));
      vault.keepDuplicate("b", event.fd());
      vault.keepDuplicate("c", event.fd());
      assertEquals(Set.of("a", "b", "c"), vault.contents().keySet());
      vault.dropUnconfirmed();
      assertEquals(Set.of("b", "c"), vault.contents().keySet());
      vault.dropUnconfirmed();
      assertEquals(before + 2, open());
      vault.close();
      assertEquals(before, open());
    }
  }

  @Test
  void theMirrorIsNotToldWhatItGave() throws LinuxException {
    try (EventFd event = EventFd.create()) {
      vault.restore("a", (int) FileOps.dup(event.fd()));
      assertEquals(List.of(), told);
      vault.close();
      assertEquals(List.of("-a"), told);
    }
  }
}
