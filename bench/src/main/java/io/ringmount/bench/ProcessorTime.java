package io.ringmount.bench;

import io.ringmount.channels.linux.KernelFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processor time, user and system, in nanoseconds; the kernel tells it in steps of 10 ms. */
final class ProcessorTime {
  /** USER_HZ, the unit of these files, is 100 on x86-64. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final Path MACHINE = Path.of("/proc/stat");

  private ProcessorTime() {}

  /** What a process and those it started have taken so far; a process that ended counts 0. */
  static long of(ProcessHandle process) throws IOException {
    List<Long> ids =
        Stream.concat(Stream.of(process), process.descendants()).map(ProcessHandle::pid).toList();
    long sum = 0;
    for (long id : ids) {
      try {
        sum += ofProcess(KernelFile.read(Path.of("/proc/" + id + "/stat")));
      } catch (NoSuchFileException ended) {
        continue;
      }
    }
    return sum;
  }

  /** What everything that runs on this machine has taken so far. */
  static long ofMachine() throws IOException {
    return ofMachine(KernelFile.read(MACHINE));
  }

  /** Reads the text of {@code /proc/<pid>/stat}. */
  static long ofProcess(String stat) {
    // Fields are counted from behind the command, which may hold anything: utime is 14, stime 15.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
  }

  /**
   * Reads the text of {@code /proc/stat}: user, nice, system and what the hypervisor stole.
   * Interrupts are left out, since the kernel counts them in the time of the interrupted process.
   */
  static long ofMachine(String stat) {
    String[] fields = stat.substring(0, stat.indexOf('\n')).split(" +", -1);
    long ticks = 0;
    for (int field : new int[] {1, 2, 3, 8}) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks * NANOS_PER_TICK;
  }
}
