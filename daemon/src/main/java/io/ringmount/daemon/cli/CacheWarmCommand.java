package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount cache warm}. */
@Command(
    name = "warm",
    description = {
      "Has files be copied into the cache before anybody reads them.",
      "Returns when all of them are being copied or wait for it; with --wait, when they are there."
    })
final class CacheWarmCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "The mount.")
  private Path mountpoint;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "PATH",
      description =
          "Files, or directories with all that is in them; relative to MOUNTPOINT, or absolute and"
              + " in it. -: one a line from standard input. Default: the whole mount.")
  private final List<String> paths = new ArrayList<>();

  @Option(names = "--wait", description = "Return when all of them are copied.")
  private boolean wait;

  @Option(names = "--json", description = "Print JSON at the end.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("cache needs root: run with sudo");
    }
    RunRoot root = RunRoot.standard();
    ServingMount mount = ServingMount.at(mountpoint, new MountTable(root, true), root);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Warming warming = new Warming(mount, find(), wait, err::println);
    Warming.Outcome outcome = warming.run();
    if (json) {
      out.println(Json.pretty(outcome));
    } else {
      out.printf(
          "%d files, %s: %s in the cache, %d files refused%n",
          outcome.files(),
          Units.describeSize(outcome.bytes()),
          Units.describeSize(outcome.cachedBytes()),
          outcome.refused());
    }
    out.flush();
    return outcome.refused() == 0 ? 0 : CommandFailure.FAILED;
  }

  /** The regular files that are meant, relative to the mount point. */
  private List<String> find() throws CommandFailure, IOException {
    Path top = mountpoint.toRealPath();
    List<String> files = new ArrayList<>();
    for (String each : given()) {
      Path start = top.resolve(each);
      try {
        start = start.toRealPath();
      } catch (IOException e) {
        throw new CommandFailure("cannot warm", start.toString(), e);
      }
      if (!start.startsWith(top)) {
        throw new CommandFailure("is not in the mount", start.toString(), "name files of " + top);
      }
      Files.walkFileTree(
          start,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                files.add(top.relativize(file).toString());
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return files;
  }

  private List<String> given() throws IOException {
    if (paths.isEmpty()) {
      return List.of("");
    }
    List<String> given = new ArrayList<>();
    for (String each : paths) {
      if (each.equals(STANDARD_INPUT)) {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        lines.lines().filter(line -> !line.isEmpty()).forEach(given::add);
      } else {
        given.add(each);
      }
    }
    return given;
  }
}
