package io.ringmount.daemon.cli;

import io.ringmount.daemon.config.Units;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every check of {@code doctor}, in the order in which it shows them. */
final class DoctorChecks {
  /** Mends something and says what it did. */
  @FunctionalInterface
  interface Fix {
    String apply(Machine machine) throws IOException;
  }

  /**
   * One check.
   *
   * @param name short
   * @param look finds out
   * @param fix null when only the user can mend it
   */
  record Check(String name, Function<Machine, Finding> look, Fix fix) {}

  private static final String ENABLE_URING = "/sys/module/fuse/parameters/enable_uring";
  private static final String AUTOGROUP = "/proc/sys/kernel/sched_autogroup_enabled";
  private static final String MODPROBE = "run: modprobe fuse";
  private static final int CAP_IPC_LOCK = 14;
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_SYS_RESOURCE = 24;
  private static final int OLDEST_JAVA = 25;

  /** Pages of the largest request, 1 MiB. */
  private static final long WANTED_PAGES = 256;

  private static final long WANTED_FILES = 65_536;
  private static final long WANTED_MEMLOCK = 8L << 20;

  static final List<Check> ALL =
      List.of(
          new Check("java", DoctorChecks::java, null),
          new Check("kernel", DoctorChecks::kernel, null),
          new Check("kernel resend flaw", DoctorChecks::resendFlaw, null),
          new Check("/dev/fuse", DoctorChecks::device, DoctorChecks::loadFuse),
          new Check("CAP_SYS_ADMIN", DoctorChecks::sysAdmin, null),
          new Check("FUSE over io_uring", DoctorChecks::enableUring, DoctorChecks::switchUringOn),
          new Check("io_uring_disabled", DoctorChecks::ioUringDisabled, null),
          new Check("io_uring", DoctorChecks::ioUring, null),
          new Check("fusectl", DoctorChecks::fusectl, DoctorChecks::mountFusectl),
          new Check("autogroup", DoctorChecks::autogroup, DoctorChecks::switchAutogroupOff),
          new Check("max_pages_limit", DoctorChecks::maxPages, null),
          new Check("default_request_timeout", m -> timeout(m, "default_request_timeout"), null),
          new Check("max_request_timeout", m -> timeout(m, "max_request_timeout"), null),
          new Check("open files", DoctorChecks::openFiles, null),
          new Check("locked memory", DoctorChecks::lockedMemory, null));

  private DoctorChecks() {}

  private static Finding java(Machine machine) {
    int feature = machine.javaFeature();
    return feature >= OLDEST_JAVA
        ? Finding.ok("Java " + feature)
        : Finding.prevents(
            "Java " + feature, "Ringmount needs Java 25 or newer", "install a JDK 25");
  }

  private static Optional<KernelVersion> version(Machine machine) {
    return machine.read("/proc/sys/kernel/osrelease").flatMap(KernelVersion::parse);
  }

  private static Finding kernel(Machine machine) {
    Optional<KernelVersion> version = version(machine);
    if (version.isEmpty()) {
      return Finding.warn("unknown", "its abilities are not known", "");
    }
    return version.get().isAtLeast(6, 14, 0)
        ? Finding.ok(version.get().toString())
        : Finding.warn(
            version.get().toString(),
            "has no FUSE over io_uring; cloned descriptors serve instead",
            "use Linux 6.14 or newer");
  }

  private static Finding resendFlaw(Machine machine) {
    Optional<KernelVersion> version = version(machine);
    return version.isPresent() && version.get().hasResendFlaw()
        ? Finding.warn(
            version.get() + " has CVE-2026-64265",
            "re-sending requests after a crash may corrupt kernel memory",
            "update to 6.12.96, 6.18.39, 7.1.4 or newer")
        : Finding.ok(version.isPresent() ? "not in " + version.get() : "unknown");
  }

  private static Finding device(Machine machine) {
    return machine.exists("/dev/fuse")
        ? Finding.ok("there")
        : Finding.prevents("missing", "the kernel has no FUSE, or it is not loaded", MODPROBE);
  }

  private static String loadFuse(Machine machine) throws IOException {
    machine.run("modprobe", "fuse");
    return "loaded the module fuse";
  }

  private static boolean has(Machine machine, int capability) {
    Matcher mask =
        Pattern.compile("CapEff:\\s*([0-9a-f]{1,16})")
            .matcher(machine.read("/proc/self/status").orElse(""));
    return mask.find() && (Long.parseUnsignedLong(mask.group(1), 16) >>> capability & 1) != 0;
  }

  private static Finding sysAdmin(Machine machine) {
    return has(machine, CAP_SYS_ADMIN)
        ? Finding.ok("there")
        : Finding.prevents("missing", "only root may mount", "run with sudo");
  }

  private static Finding enableUring(Machine machine) {
    Optional<String> value = machine.read(ENABLE_URING);
    if (value.isEmpty()) {
      return Finding.warn(
          "absent",
          "the kernel has no FUSE over io_uring, or fuse is not loaded; cloned descriptors serve"
              + " instead",
          MODPROBE + ", or use Linux 6.14 or newer");
    }
    return value.get().equals("Y")
        ? Finding.ok("on")
        : Finding.warn(
            "off",
            "requests go through cloned descriptors, which are slower",
            "run: echo Y > " + ENABLE_URING);
  }

  private static String switchUringOn(Machine machine) throws IOException {
    machine.write(ENABLE_URING, "Y");
    return "wrote Y to " + ENABLE_URING;
  }

  private static Finding ioUringDisabled(Machine machine) {
    OptionalLong value = machine.readNumber("/proc/sys/kernel/io_uring_disabled");
    if (value.isEmpty() || value.getAsLong() == 0) {
      return Finding.ok(value.isEmpty() ? "absent" : "0");
    }
    boolean forRootToo = value.getAsLong() > 1;
    return forRootToo || !has(machine, CAP_SYS_ADMIN)
        ? Finding.warn(
            Long.toString(value.getAsLong()),
            "io_uring is forbidden; cloned descriptors serve instead",
            "run: sysctl kernel.io_uring_disabled=0")
        : Finding.ok("1: for root only");
  }

  private static Finding ioUring(Machine machine) {
    try {
      machine.tryIoUring();
      return Finding.ok("works");
    } catch (IOException | LinkageError e) {
      return Finding.warn(
          "does not work: " + CommandFailure.oneLine(String.valueOf(e.getMessage())),
          "cloned descriptors serve instead",
          "in a container, allow io_uring in its seccomp profile");
    }
  }

  private static Finding fusectl(Machine machine) {
    boolean mounted =
        machine.read("/proc/self/mounts").orElse("").lines().anyMatch(DoctorChecks::isFusectl);
    return mounted
        ? Finding.ok("mounted")
        : Finding.warn(
            "not mounted",
            "a hanging connection cannot be ended by itself",
            "run: mount -t fusectl fusectl /sys/fs/fuse/connections");
  }

  private static boolean isFusectl(String mount) {
    String[] fields = mount.split(" ", -1);
    return fields.length > 2 && fields[2].equals("fusectl");
  }

  private static String mountFusectl(Machine machine) throws IOException {
    machine.mountFusectl();
    return "mounted fusectl on /sys/fs/fuse/connections";
  }

  /**
   * Each session is a group to the scheduler. Measured on 6.18.44: beside a busy session whose
   * threads often sleep, runnable kernel threads waited for 10 to 20 s. It fits the fault in {@code
   * reweight_entity} of {@code kernel/sched/fair.c} that upstream commit 101f3498b4bd describes;
   * whether that commit mends it was not tried.
   */
  private static Finding autogroup(Machine machine) {
    OptionalLong value = machine.readNumber(AUTOGROUP);
    if (value.isEmpty() || value.getAsLong() == 0) {
      return Finding.ok(value.isEmpty() ? "absent" : "off");
    }
    return Finding.warn(
        "on",
        "beside busy applications a new daemon, even the kernel's own threads, may wait for seconds"
            + " to run",
        "run: sysctl kernel.sched_autogroup_enabled=0");
  }

  private static String switchAutogroupOff(Machine machine) throws IOException {
    machine.write(AUTOGROUP, "0");
    return "wrote 0 to " + AUTOGROUP;
  }

  private static Finding maxPages(Machine machine) {
    OptionalLong pages = machine.readNumber("/proc/sys/fs/fuse/max_pages_limit");
    if (pages.isEmpty()) {
      return Finding.ok("fixed at 256 pages");
    }
    String found = pages.getAsLong() + " pages";
    return pages.getAsLong() >= WANTED_PAGES
        ? Finding.ok(found)
        : Finding.warn(
            found,
            "requests are smaller than 1 MiB, which costs throughput",
            "run: sysctl fs.fuse.max_pages_limit=256");
  }

  private static Finding timeout(Machine machine, String name) {
    OptionalLong seconds = machine.readNumber("/proc/sys/fs/fuse/" + name);
    if (seconds.isEmpty() || seconds.getAsLong() == 0) {
      return Finding.ok(seconds.isEmpty() ? "absent" : "0");
    }
    return Finding.fail(
        seconds.getAsLong() + " s",
        "one request that waits longer for its backend ends the whole mount",
        "run: sysctl fs.fuse." + name + "=0");
  }

  /** The soft and hard limit of a row of {@code /proc/self/limits}; unlimited is the largest. */
  private static Optional<long[]> limits(Machine machine, String row) {
    Matcher matcher =
        Pattern.compile(
                Pattern.quote(row) + "\\s+(unlimited|[0-9]{1,18})\\s+(unlimited|[0-9]{1,18})")
            .matcher(machine.read("/proc/self/limits").orElse(""));
    return matcher.find()
        ? Optional.of(new long[] {limit(matcher.group(1)), limit(matcher.group(2))})
        : Optional.empty();
  }

  private static long limit(String text) {
    return text.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(text);
  }

  private static Finding openFiles(Machine machine) {
    Optional<long[]> limits = limits(machine, "Max open files");
    OptionalLong perProcess = machine.readNumber("/proc/sys/fs/nr_open");
    if (limits.isEmpty()) {
      return Finding.ok("unknown");
    }
    boolean raises = has(machine, CAP_SYS_RESOURCE) && perProcess.isPresent();
    long reach = raises ? perProcess.getAsLong() : limits.get()[1];
    return reach >= WANTED_FILES
        ? Finding.ok("up to " + reach)
        : Finding.warn(
            "up to " + reach,
            "fewer files are kept open, which costs a system call for each use of the others",
            raises ? "run: sysctl fs.nr_open=1048576" : "raise the hard limit: ulimit -Hn 1048576");
  }

  private static Finding lockedMemory(Machine machine) {
    Optional<long[]> limits = limits(machine, "Max locked memory");
    if (limits.isEmpty() || has(machine, CAP_IPC_LOCK)) {
      return Finding.ok(limits.isEmpty() ? "unknown" : "unlimited for root");
    }
    long soft = limits.get()[0];
    String found = soft == Long.MAX_VALUE ? "unlimited" : Units.describeSize(soft);
    return soft >= WANTED_MEMLOCK
        ? Finding.ok(found)
        : Finding.warn(found, "io_uring may get no memory", "raise it: ulimit -l 8192");
  }
}
