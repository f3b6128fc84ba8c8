package io.ringmount.channels;

import io.ringmount.channels.device.DeviceTransport;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.uring.UringTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Chooses the transport of a mount, sizes its memory and prepares it. */
final class TransportSelector {
  /** Registered payload buffers and device reads may not be smaller (FUSE_MIN_READ_BUFFER). */
  private static final int LEAST_PAYLOAD = 8192;

  private final FileSystem fileSystem;
  private final int device;
  private final MountOptions options;
  private final int payload;
  private final Inheritance inheritance;
  private final Custody custody;

  /**
   * @param device the connection's descriptor, mounted; stays the caller's
   * @param maxWrite bytes of the largest read or write, as INIT will say
   * @param inheritance what an earlier process left
   * @param custody gets what a successor needs
   */
  TransportSelector(
      FileSystem fileSystem,
      int device,
      MountOptions options,
      int maxWrite,
      Inheritance inheritance,
      Custody custody) {
    this.fileSystem = fileSystem;
    this.device = device;
    this.options = options;
    this.payload = Math.max(LEAST_PAYLOAD, maxWrite);
    this.inheritance = inheritance;
    this.custody = custody;
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

  /**
   * Prepares the transport that an earlier process used: the kernel knows no way back.
   *
   * @param kind which that was
   */
  SelectedTransport inherit(TransportKind kind) throws IOException {
    String reason = "the mount was made with it";
    return kind == TransportKind.URING ? uring(reason) : device(reason);
  }

  private SelectedTransport uring(String reason) throws IOException {
    // One queue for every possible CPU, numbered from 0 (fs/fuse/dev_uring.c, nr_queues).
    int queues = Cpu.possible().length;
    List<Integer> cpus = cpus();
    List<Integer> numbers = IntStream.range(0, queues).boxed().toList();
    SlotSource slots = ringSlots(numbers);
    Session session = new Session(fileSystem, options, slots.plan().total());
    Transport transport = new UringTransport(device, session, cpus, queues, options, slots);
    return prepared(TransportKind.URING, reason, transport, session, slots);
  }

  private SlotSource ringSlots(List<Integer> queues) throws IOException {
    if (inheritance.has(Inheritance.SLOTS)) {
      SlotRegion region = SlotRegion.inherit(inheritance.get(Inheritance.SLOTS));
      SlotSource slots = SlotSource.inherit(region, options.execution() == Execution.DETACHED);
      region.populate();
      return slots;
    }
    SlotPlan plan = SlotPlan.of(queues, UringTransport.CONTROL_SLOTS, options, payload);
    SlotSource slots = SlotSource.create(plan, payload);
    if (custody.outlives()) {
      slots.region().populate();
      custody.keep(Inheritance.SLOTS, slots.region().fd());
    }
    return slots;
  }

  private SelectedTransport device(String reason) throws IOException {
    List<Integer> cpus = cpus();
    SlotSource slots = SlotSource.create(SlotPlan.of(cpus, 0, options, payload), payload);
    if (custody.outlives()) {
      slots.region().populate();
    }
    Session session = new Session(fileSystem, options, slots.plan().total());
    Transport transport = new DeviceTransport(device, session, cpus, slots, inheritance, custody);
    return prepared(TransportKind.DEVICE, reason, transport, session, slots);
  }

  private static SelectedTransport prepared(
      TransportKind kind, String reason, Transport transport, Session session, SlotSource slots)
      throws IOException {
    SelectedTransport selected =
        new SelectedTransport(kind, reason, transport, session, slots, slots.plan().queued());
    try {
      transport.prepare();
      return selected;
    } catch (Throwable e) {
      try {
        selected.close();
      } catch (Exception unclean) {
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
}
