package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.wire.Opcode;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Processes that get a signal while the file system has their request, or nobody has it yet. */
class InterruptIT extends SlowMountTest {
  /** Does one thing to a file, with a handler for SIGUSR1 that restarts nothing. */
  private static final String ONE_CALL =
      """
      use POSIX; use Fcntl;
      my ($call, $file) = @ARGV;
      sigaction(SIGUSR1, POSIX::SigAction->new(sub {}));
      $| = 1;
      sysopen(F, $file, $call eq 'read' ? O_RDONLY : O_WRONLY) or die if $call ne 'unlink';
      print "ready\\n";
      my $done = $call eq 'read' ? sysread(F, $b, 512)
          : $call eq 'write' ? syswrite(F, 'x' x 512)
          : (unlink($file) ? 512 : undef);
      print defined $done ? "done $done\\n" : $! == EINTR ? "EINTR\\n" : "error $!\\n";
      """;

  static Stream<Arguments> operations() {
    return Stream.of(Served.values())
        .flatMap(served ->
            Stream.of(
                    Operation.LOOKUP,
                    Operation.OPEN,
                    Operation.CREATE,
                    Operation.READ,
                    Operation.WRITE,
                    Operation.OPENDIR,
                    Operation.READDIR,
                    Operation.UNLINK)
                .map(operation -> Arguments.of(served, operation)));
  }

  /** What a process does whose first slow call is the operation. */
  private Process start(Operation operation) throws IOException {
    String file = path("slow/x");
    return switch (operation) {
      case LOOKUP -> start("stat", file);
      case CREATE -> start("touch", path("slow/new"));
      case WRITE -> start("dd", "if=/dev/zero", "of=" + file, "bs=512", "count=1", "conv=notrunc");
      case OPENDIR, READDIR -> start("ls", path("slow"));
      case UNLINK -> start("unlink", file);
      default -> start("cat", file);
    };
  }

  @ParameterizedTest
  @MethodSource("operations")
  void aKilledProcessIsGoneAtOnceAndWhatItWasGivenIsTakenBack(Served served, Operation operation)
      throws Exception {
    serve(Style.BLOCKING, served.options());
    boolean list = operation == Operation.OPENDIR || operation == Operation.READDIR;
    String file = operation == Operation.CREATE ? "new" : list ? "slow" : "x";
    try (Gate gate = files.hold(operation, file)) {
      Process victim = start(operation);
      gate.awaitArrived(1);
      assertDies(victim, operation.name());
      Eventually.equal(1, files::running, () -> "running");
      // The victim may close files as it dies; those requests end in the same way.
      assertTrue(total(Metric.INTERRUPTED) >= 1);
      assertEquals(10, useOthers(10));
    }
    assertNothingIsOpen();
    switch (operation) {
      case LOOKUP -> assertEquals(0, files.lookups("slow/x"));
      case CREATE -> assertEquals(0, files.lookups("slow/new"));
      case READDIR -> {
        assertEquals(1, requests(Opcode.READDIRPLUS));
        for (String each : List.of("slow/x", "slow/y", "slow/z")) {
          assertEquals(0, files.lookups(each), each);
        }
      }
      default -> {}
    }
    assertServes();
  }

  /** One process with a call that waits at a gate. */
  private record Call(Process process, BufferedReader output) {
    String line() throws IOException {
      return output.readLine();
    }

    void signal() throws Exception {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -USR1 " + process.pid()).inheritIO().start();
      assertTrue(kill.waitFor(10, TimeUnit.SECONDS));
    }
  }

  private Call call(String what, String file) throws Exception {
    Process process = start("/usr/bin/perl", "-e", ONE_CALL, what, path(file));
    Call call = new Call(process, process.inputReader());
    assertEquals("ready", get(client(call::line)));
    return call;
  }

  @ParameterizedTest
  @EnumSource
  void aSignalEndsALongReadButNothingThatMayHaveHappened(Served served) throws Exception {
    serve(Style.BLOCKING, served.options());
    try (Gate read = files.hold(Operation.READ, "x");
        Gate write = files.hold(Operation.WRITE, "y");
        Gate unlink = files.hold(Operation.UNLINK, "z")) {
      Call writer = call("write", "slow/y");
      Call unlinker = call("unlink", "other/z");
      Call reader = call("read", "slow/x");
      read.awaitArrived(1);
      write.awaitArrived(1);
      unlink.awaitArrived(1);
      writer.signal();
      unlinker.signal();
      awaitInterrupts(2);
      reader.signal();
      assertEquals("EINTR", get(client(reader::line)));
      // Those were interrupted earlier, and had as long.
      assertTrue(writer.process.isAlive());
      assertTrue(unlinker.process.isAlive());
      assertEquals(1, total(Metric.INTERRUPTED));
      Eventually.equal(3, files::running, () -> "running");
      write.release();
      unlink.release();
      assertEquals("done 512", get(client(writer::line)));
      assertEquals("done 512", get(client(unlinker::line)));
    }
    assertNothingIsOpen();
    assertEquals(1, total(Metric.INTERRUPTED));
    assertServes();
  }

  @ParameterizedTest
  @EnumSource
  void aSignalDoesNotDisturbAReadThatSoonEnds(Served served) throws Exception {
    serve(Style.BLOCKING, served.options());
    try (Gate gate = files.hold(Operation.READ, "x")) {
      Call reader = call("read", "slow/x");
      gate.awaitArrived(1);
      reader.signal();
      awaitInterrupts(1);
      gate.release();
      assertEquals("done 512", get(client(reader::line)));
    }
    assertNothingIsOpen();
    assertEquals(0, total(Metric.INTERRUPTED));
  }

  private void awaitInterrupts(int count) throws Exception {
    Eventually.holds(
        () -> requests(Opcode.INTERRUPT) >= count, () -> "the kernel sent no INTERRUPT");
  }

  /**
   * A process that reads little: of requests for much, the last room takes none. No thread of this
   * process may have a file open meanwhile, as every process it starts closes that file too.
   */
  private Process reader(String file) throws IOException {
    String input = "if=" + path(file);
    return start("taskset", "-c", "0", "dd", input, "bs=512", "count=1", "of=/dev/null");
  }

  private void awaitInFlight(int count) throws Exception {
    Eventually.holds(
        () -> MountInternals.inFlight(mount) == count, () -> mount.channels().toString());
  }

  private static void assertSucceeds(Process process) throws Exception {
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsInLineCanBeKilled(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().ordered(true));
    try (Gate gate = files.hold(Operation.READ, "x")) {
      Process first = reader("slow/x");
      gate.awaitArrived(1);
      Process second = reader("slow/x");
      awaitInFlight(2);
      Process third = reader("slow/x");
      awaitInFlight(3);
      assertDies(second, "in line");
      assertEquals(1, total(Metric.INTERRUPTED));
      Eventually.equal(1, files::running, () -> "running");
      gate.release();
      assertSucceeds(first);
      assertSucceeds(third);
    }
    assertNothingIsOpen();
    assertServes();
  }

  @ParameterizedTest
  @EnumSource
  void whoIsHeldBackCanBeKilled(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().maxInFlight(2));
    try (Gate gate = files.hold(Operation.READ, "x")) {
      Process first = reader("slow/x");
      Process second = reader("slow/x");
      gate.awaitArrived(2);
      Process held = start("stat", path("a"));
      awaitInFlight(3);
      assertDies(held, "held back");
      gate.release();
      assertSucceeds(first);
      assertSucceeds(second);
    }
    assertNothingIsOpen();
    assertServes();
  }

  /** The backend has as many requests of the dead as there is memory for. */
  @ParameterizedTest
  @EnumSource
  void whoHasToWaitForTheRequestsOfTheDeadCanBeKilled(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().slots(2).cpus(List.of(0)));
    int copies = mount.channels().getFirst().slots();
    try (Gate gate = files.hold(Operation.READ, "x")) {
      for (int i = 1; i <= copies; i++) {
        Process victim = reader("slow/x");
        gate.awaitArrived(i);
        assertDies(victim, "the " + i + ". reader");
      }
      Process late = start("stat", path("a"));
      Eventually.holds(
          () -> mount.channels().getFirst().inFlight() >= 1, () -> mount.channels().toString());
      assertDies(late, "without memory to run on");
    }
    assertNothingIsOpen();
    assertServes();
  }

  @ParameterizedTest
  @EnumSource
  void whoeverHoldsTheLastSlotCanBeKilled(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().slots(2).cpus(List.of(0)));
    // Through rings, a request of processor 0 has the slots of its queue only.
    int slots = 2;
    List<Process> readers = new ArrayList<>();
    try (Gate gate = files.hold(Operation.READ, "x")) {
      for (int i = 1; i <= slots; i++) {
        readers.add(reader("slow/x"));
        gate.awaitArrived(i);
      }
      for (Process reader : readers) {
        assertDies(reader, "with all slots taken");
      }
    }
    assertNothingIsOpen();
    assertServes();
  }
}
