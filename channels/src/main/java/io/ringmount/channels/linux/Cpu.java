package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import net.openhft.affinity.Affinity;
import net.openhft.affinity.impl.NullAffinity;

/** The machine's processors, by the kernel's numbers, and pinning a thread to one. */
public final class Cpu {
  private static final Path POSSIBLE = Path.of("/sys/devices/system/cpu/possible");
  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  /** More than any kernel's NR_CPUS: keeps a malformed range from filling memory. */
  private static final int MAX_CPUS = 1 << 16;

  private Cpu() {}

  /**
   * Numbers of all processors that may ever exist, ascending. FUSE makes one io_uring queue for
   * each of them.
   */
  public static int[] possible() throws IOException {
    return read(POSSIBLE);
  }

  /** Numbers of the processors in use now, ascending; hotplug may change them at any time. */
  public static int[] online() throws IOException {
    return read(ONLINE);
  }

  /**
   * Numbers of the processors that this process may run on, ascending: those online, less what a
   * cpuset or an affinity set by its parent takes away.
   */
  public static int[] usable() throws IOException {
    String allowed =
        KernelFile.read(STATUS)
            .lines()
            .filter(line -> line.startsWith(ALLOWED))
            .findFirst()
            .orElseThrow(() -> new IOException(STATUS + " has no line " + ALLOWED));
    return both(parse(allowed.substring(ALLOWED.length()).strip()), online());
  }

  /** Numbers in both lists: the kernel also allows processors that are offline. */
  static int[] both(int[] allowed, int[] online) {
    return Arrays.stream(allowed).filter(cpu -> Arrays.binarySearch(online, cpu) >= 0).toArray();
  }

  /**
   * Lets the calling thread run on {@code cpu} only.
   *
   * @param cpu a number from {@link #online}
   * @throws IllegalStateException when the affinity library found no way into the kernel
   * @throws IllegalArgumentException when the kernel refuses the processor, which may be offline or
   *     outside the process's cpuset
   */
  public static void pinCurrentThread(int cpu) {
    if (cpu < 0 || cpu >= MAX_CPUS) {
      throw new IllegalArgumentException("no such processor: " + cpu);
    }
    if (Affinity.getAffinityImpl() instanceof NullAffinity) {
      throw new IllegalStateException(
          "cannot pin a thread: OpenHFT Affinity has no native implementation here; is"
              + " net.java.dev.jna:jna on the class path, and may it load its library?");
    }
    BitSet wanted = new BitSet();
    wanted.set(cpu);
    String refusal = "";
    try {
      Affinity.setAffinity(wanted);
    } catch (IllegalStateException e) {
      refusal = ": " + e.getMessage();
    }
    if (!Affinity.getAffinity().equals(wanted)) {
      throw new IllegalArgumentException("cannot pin a thread to processor " + cpu + refusal);
    }
  }

  private static int[] read(Path list) throws IOException {
    String text = KernelFile.read(list).strip();
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot read " + list + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a list such as {@code 0-3,8}, as the kernel prints processor masks.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  static int[] parse(String list) {
    BitSet cpus = new BitSet();
    for (String range : list.isEmpty() ? new String[0] : list.split(",", -1)) {
      int hyphen = range.indexOf('-');
      int first = number(hyphen < 0 ? range : range.substring(0, hyphen), list);
      int last = hyphen < 0 ? first : number(range.substring(hyphen + 1), list);
      if (last < first) {
        throw new IllegalArgumentException("not a list of processors: '" + list + "'");
      }
      cpus.set(first, last + 1);
    }
    return cpus.stream().toArray();
  }

  private static int number(String digits, String list) {
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) >= MAX_CPUS) {
      throw new IllegalArgumentException("not a list of processors: '" + list + "'");
    }
    return Integer.parseInt(digits);
  }
}
