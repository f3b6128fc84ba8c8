package io.ringmount.channels;

import io.ringmount.channels.device.DeviceTransport;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.uring.UringTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/** Chooses the transport of a mount, sizes its memory and prepares it. */
final class TransportSelector {
  private static final int MIB_SHIFT = 20;

  /** Registered payload buffers and device reads may not be smaller (FUSE_MIN_READ_BUFFER). */
  private static final int LEAST_PAYLOAD = 8192;

  private final FileSystem fileSystem;
  private final int device;
  private final MountOptions options;
  private final int payload;

  /**
   * @param device the connection's descriptor, mounted; stays the caller's
   * @param maxWrite bytes of the largest read or write, as INIT will say
   */
  TransportSelector(FileSystem fileSystem, int device, MountOptions options, int maxWrite) {
    this.fileSystem = fileSystem;
    this.device = device;
    this.options = options;
    this.payload = Math.max(LEAST_PAYLOAD, maxWrite);
  }

  /**
   * Prepares the transport that was asked for, or the best that works here.
   *
   * @param uringOffered whether the kernel's INIT offers FUSE over io_uring
   */
  SelectedTransport select(boolean uringOffered) throws IOException {
    if (options.transport() == TransportKind.DEVICE) {
      return device("asked for");
    }
    boolean asked = options.transport() == TransportKind.URING;
    String obstacle;
    IOException cause = null;
    if (uringOffered) {
      try {
        return uring(asked ? "asked for" : "the kernel offers it");
      } catch (IOException e) {
        obstacle = e.getMessage();
        cause = e;
      }
    } else if (Files.exists(FuseDevice.ENABLE_URING)) {
      obstacle = "FUSE over io_uring is switched off; 'ringmount doctor --fix' switches it on";
    } else {
      obstacle = "this kernel has no FUSE over io_uring (Linux 6.14 and newer have)";
    }
    if (asked) {
      throw new IOException("transport=uring cannot be had: " + obstacle, cause);
    }
    return device(obstacle);
  }

  private SelectedTransport uring(String reason) throws IOException {
    // One queue for every possible CPU, numbered from 0 (fs/fuse/dev_uring.c, nr_queues).
    int queues = Cpu.possible().length;
    List<Integer> cpus = cpus();
    int slots = slots(queues, UringTransport.slots(queues, 0));
    SlotRegion region = new SlotRegion(UringTransport.slots(queues, slots), payload);
    return prepared(
        TransportKind.URING,
        reason,
        new UringTransport(device, fileSystem, cpus, queues, slots, region),
        region,
        queues * slots);
  }

  private SelectedTransport device(String reason) throws IOException {
    List<Integer> cpus = cpus();
    int slots = slots(cpus.size(), 0);
    SlotRegion region = new SlotRegion(cpus.size() * slots, payload);
    return prepared(
        TransportKind.DEVICE,
        reason,
        new DeviceTransport(device, fileSystem, cpus, slots, region),
        region,
        cpus.size() * slots);
  }

  private static SelectedTransport prepared(
      TransportKind kind, String reason, Transport transport, SlotRegion region, int inFlight)
      throws IOException {
    SelectedTransport selected = new SelectedTransport(kind, reason, transport, region, inFlight);
    try {
      transport.prepare();
      return selected;
    } catch (Throwable e) {
      try {
        selected.close();
      } catch (IOException unclean) {
        e.addSuppressed(unclean);
      }
      throw e;
    }
  }

  private List<Integer> cpus() throws IOException {
    List<Integer> usable = Arrays.stream(Cpu.usable()).boxed().toList();
    for (int cpu : options.cpus()) {
      if (!usable.contains(cpu)) {
        throw new IOException(
            "this process cannot run on processor " + cpu + ", only on " + usable);
      }
    }
    return options.cpus().isEmpty() ? usable : options.cpus();
  }

  /**
   * Slots of each of {@code queues}, within the memory budget.
   *
   * @param others slots that the transport takes besides
   */
  private int slots(int queues, int others) throws IOException {
    int wanted = options.slots() == 0 ? 1 : options.slots();
    long needed = SlotRegion.bytes(wanted * queues + others, payload);
    if (needed > options.memoryBudget()) {
      throw new IOException(
          "%d slots for each of %d queues need %d MiB, memory_budget is %d MiB: raise it%s"
              .formatted(
                  wanted,
                  queues,
                  (needed + (1 << MIB_SHIFT) - 1) >> MIB_SHIFT,
                  options.memoryBudget() >> MIB_SHIFT,
                  wanted > 1 ? " or lower slots" : ""));
    }
    if (options.slots() > 0) {
      return options.slots();
    }
    long left = options.memoryBudget() - SlotRegion.bytes(others, payload);
    return (int)
        Math.min(left / (SlotLayout.slotSize(payload) * queues), MountOptions.DEFAULT_SLOTS);
  }
}
