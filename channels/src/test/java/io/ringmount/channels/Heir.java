package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Another process that can take over a mount of {@link CountedFiles}, and does step by step what it
 * is told. It ends with this one.
 */
final class Heir implements AutoCloseable {
  /** Name of the memory of {@link CountedFiles} in custody. */
  static final String FILES = "files";

  private static final int LIMIT_MILLIS = 20_000;
  private static final int MOST_BYTES = 4096;
  private static final String DONE = "done ";
  private static final String FAILED = "failed ";

  private final Process process;
  private final Path log;
  private UnixSocket socket;

  /**
   * @param folder where to meet
   * @param mountpoint by its real path
   */
  Heir(Path folder, Path mountpoint, HandOver way, Execution execution) throws IOException {
    Path meeting = folder.resolve("heir");
    log = folder.resolve("heir.log");
    try (UnixSocket listening = UnixSocket.listen(meeting, 1)) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // Those of the product, with which this JVM was started.
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      Collections.addAll(command, "-cp", System.getProperty("java.class.path"));
      Collections.addAll(command, Heir.class.getName(), meeting.toString(), mountpoint.toString());
      Collections.addAll(command, way.name(), execution.name());
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        await(listening.fd());
        socket = listening.accept();
      } catch (IOException e) {
        process.destroyForcibly();
        throw e;
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** {@link FuseMount#inherit} there. */
  void inherit(Inheritance left) throws IOException {
    give(left);
    tell("inherit");
  }

  /** {@link FuseMount#takeOver} there, when one that lives has left. */
  boolean takeOver(Inheritance left) throws IOException {
    give(left);
    return Boolean.parseBoolean(tell("take"));
  }

  /** As above, on a thread of its own. */
  CompletableFuture<Boolean> takingOver(Inheritance left) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return takeOver(left);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  /** {@link FuseMount#predecessorEnded} there. */
  boolean predecessorEnded(Inheritance left) throws IOException {
    give(left);
    return Boolean.parseBoolean(tell("ended"));
  }

  /** {@link FuseMount#abandon} there. */
  void abandon() throws IOException {
    tell("abandon");
  }

  /** {@link FuseMount#close} there. */
  void unmount() throws IOException {
    tell("unmount");
  }

  private void give(Inheritance left) throws IOException {
    for (Map.Entry<String, Integer> each : left.descriptors().entrySet()) {
      tell("keep " + each.getKey(), each.getValue());
    }
  }

  private String tell(String what, int... descriptors) throws IOException {
    socket.send(what.getBytes(UTF_8), descriptors);
    await(socket.fd());
    Optional<UnixSocket.Message> answer = socket.receive(MOST_BYTES);
    String said = answer.map(message -> new String(message.content(), UTF_8)).orElse("");
    if (!said.startsWith(DONE)) {
      throw new IOException(what + ": " + said + Files.readString(log));
    }
    return said.substring(DONE.length());
  }

  private void await(int fd) throws IOException {
    if ((Poll.one(fd, Poll.POLLIN, LIMIT_MILLIS) & Poll.POLLIN) == 0) {
      throw new IOException("the other process does not answer; it said " + Files.readString(log));
    }
  }

  /** Ends the process. */
  @Override
  public void close() throws IOException, InterruptedException {
    socket.close();
    process.destroyForcibly();
    if (!process.waitFor(LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IOException("the other process cannot be killed");
    }
  }

  /** The other process. */
  public static void main(String[] arguments) throws IOException {
    HandOver way = HandOver.valueOf(arguments[2]);
    Execution execution = Execution.valueOf(arguments[3]);
    try (UnixSocket socket = UnixSocket.connect(Path.of(arguments[0]))) {
      new Obedience(Path.of(arguments[1]), way, execution).obey(socket);
    }
  }

  /** What the other process does. */
  private static final class Obedience {
    private final Path mountpoint;
    private final HandOver way;
    private final Execution execution;
    private final HeldCustody custody = new HeldCustody();
    private FuseMount mount;

    private Obedience(Path mountpoint, HandOver way, Execution execution) {
      this.mountpoint = mountpoint;
      this.way = way;
      this.execution = execution;
    }

    private void obey(UnixSocket socket) throws IOException {
      for (Optional<UnixSocket.Message> next = socket.receive(MOST_BYTES);
          next.isPresent();
          next = socket.receive(MOST_BYTES)) {
        socket.send(answer(next.get()).getBytes(UTF_8));
      }
    }

    private String answer(UnixSocket.Message message) {
      try {
        String[] words = new String(message.content(), UTF_8).split(" ");
        return DONE
            + switch (words[0]) {
              case "keep" -> keep(words[1], message.descriptors()[0]);
              case "inherit" -> inherit();
              case "take" -> takeOver();
              case "ended" -> mount.predecessorEnded(custody.inheritance());
              case "abandon" -> abandon();
              case "unmount" -> unmount();
              default -> throw new IOException("not understood");
            };
      } catch (IOException | RuntimeException e) {
        return FAILED + e;
      }
    }

    private String keep(String name, int descriptor) throws IOException {
      custody.keep(name, descriptor);
      FileOps.close(descriptor);
      return "";
    }

    private String inherit() throws IOException {
      SharedMemory memory = SharedMemory.adopt((int) FileOps.dup(custody.inheritance().get(FILES)));
      memory.map();
      CountedFiles files = new CountedFiles(memory, execution == Execution.DETACHED);
      MountOptions options = way.options(execution);
      mount = FuseMount.inherit(files, mountpoint, options, custody.inheritance(), custody);
      return "";
    }

    private boolean takeOver() throws IOException {
      boolean lives = mount.awaitPredecessor(() -> true);
      return mount.takeOver(custody.inheritance(), lives);
    }

    private String abandon() throws IOException {
      mount.abandon();
      return "";
    }

    private String unmount() throws IOException {
      mount.close();
      return "";
    }
  }
}
