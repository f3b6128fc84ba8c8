package io.ringmount.daemon.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringmount cache}. */
@Command(
    name = "cache",
    description = "Shows and changes what a mount's cache has.",
    subcommands = {
      CacheStatusCommand.class,
      CacheWarmCommand.class,
      CachePinCommand.class,
      CacheUnpinCommand.class,
      CacheCleanCommand.class,
      CacheVerifyCommand.class
    })
final class CacheCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no cache command given");
  }
}
