package io.ringmount.watchdog;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.upgrade.VaultName;
import java.lang.foreign.Arena;

/**
 * Counts the daemons of the mount, in a file of the vault, so that no number is given twice even
 * when everybody has died: an s32 at its beginning, the last number given.
 */
final class GenerationCounter {
  private final DescriptorVault vault;
  private int last;

  GenerationCounter(DescriptorVault vault) {
    this.vault = vault;
  }

  /** A number above all that were given. */
  int next() throws LinuxException {
    Integer descriptor = vault.contents().get(VaultName.GENERATION);
    try (Arena arena = Arena.ofConfined()) {
      long number = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      if (descriptor == null) {
        descriptor = create();
      } else {
        LinuxException.check(
            FileOps.pread(descriptor, number, Integer.BYTES, 0), "pread", VaultName.GENERATION);
      }
      last = Math.max(last, Memory.getInt(number)) + 1;
      Memory.putInt(number, last);
      LinuxException.check(
          FileOps.pwrite(descriptor, number, Integer.BYTES, 0), "pwrite", VaultName.GENERATION);
    }
    return last;
  }

  /** This one was given by another watchdog. */
  void seen(int generation) {
    last = Math.max(last, generation);
  }

  private int create() throws LinuxException {
    try (SharedMemory memory =
        SharedMemory.create("ringmount-generation", SharedMemory.PAGE_SIZE)) {
      vault.keepDuplicate(VaultName.GENERATION, memory.fd());
    }
    return vault.contents().get(VaultName.GENERATION);
  }
}
