package io.ringmount.daemon.cli;

import io.ringmount.channels.Custody;
import io.ringmount.channels.Execution;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Rlimit;
import io.ringmount.channels.metrics.MetricsReader;
import io.ringmount.daemon.cache.Cache;
import io.ringmount.daemon.cache.CacheOptions;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.fs.MirrorFileSystem;
import io.ringmount.daemon.fs.MirrorOptions;
import io.ringmount.upgrade.WatchdogLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mounted mirror: the file system and the channels that serve it. */
final class Service implements AutoCloseable {
  /** More descriptors of files that nobody has open save too little for the memory they pin. */
  private static final int MOST_DESCRIPTORS = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  private final MountSettings settings;
  private final RunDirectory directory;
  private final int generation;
  private final MirrorFileSystem fileSystem;

  /** Null without one. */
  private final Cache cache;

  private final FuseMount mount;

  /** Null when this process made the mount. */
  private final InheritedFiles inherited;

  private boolean predecessorLives;

  /** Null as long as no predecessor has ended. */
  private AuditThread audit;

  /** Null without a watchdog. */
  private MetricsSuccession counters;

  private Service(
      MountSettings settings,
      RunDirectory directory,
      int generation,
      MirrorFileSystem fileSystem,
      Cache cache,
      FuseMount mount,
      InheritedFiles inherited) {
    this.settings = settings;
    this.directory = directory;
    this.generation = generation;
    this.fileSystem = fileSystem;
    this.cache = cache;
    this.mount = mount;
    this.inherited = inherited;
  }

  /**
   * Mounts and serves.
   *
   * @param custody gets what a successor needs
   */
  static Service mount(MountSettings settings, RunDirectory directory, Custody custody)
      throws IOException, InvalidOptionsException {
    MirrorOptions options = prepareProcess(settings);
    MirrorFileSystem fileSystem = new MirrorFileSystem(settings.source(), options, custody);
    Cache cache = null;
    try {
      Optional<CacheOptions> cacheOptions = settings.toCacheOptions();
      if (cacheOptions.isPresent()) {
        cache = Cache.open(cacheOptions.get(), settings.source(), !fileSystem.isRemote());
        fileSystem.use(cache);
        cache.serve();
      }
      FuseMount mount =
          FuseMount.mount(
              fileSystem,
              settings.mountpoint(),
              settings.toMountOptions(
                  Cpu.usable(), execution(settings, fileSystem), directory.metrics()),
              custody);
      LOG.info(
          "mounted {} on {}: transport {} ({}), {} channels",
          settings.source(),
          settings.mountpoint(),
          mount.transport().label(),
          mount.transportReason(),
          mount.channels().size());
      return new Service(settings, directory, 1, fileSystem, cache, mount, null);
    } catch (Throwable e) {
      fileSystem.close();
      close(cache);
      throw e;
    }
  }

  /** Prepares to serve a mount that another process serves or has served. */
  static Service inherit(MountSettings settings, RunDirectory directory, WatchdogLink link)
      throws IOException, InvalidOptionsException {
    MirrorOptions options = prepareProcess(settings);
    InheritedFiles inherited = new InheritedFiles(link);
    inherited.update();
    MirrorFileSystem fileSystem =
        MirrorFileSystem.resume(settings.source(), options, link, inherited.map());
    int generation = link.generation();
    Cache cache = null;
    try {
      cache = inheritCache(settings, fileSystem);
      FuseMount mount =
          FuseMount.inherit(
              fileSystem,
              settings.mountpoint(),
              settings.toMountOptions(
                  Cpu.usable(), execution(settings, fileSystem), directory.metrics(generation)),
              inherited.all(),
              link);
      return new Service(settings, directory, generation, fileSystem, cache, mount, inherited);
    } catch (Throwable e) {
      fileSystem.close();
      close(cache);
      throw e;
    }
  }

  /** A cache that cannot be had is no reason not to serve; null then, too. */
  private static Cache inheritCache(MountSettings settings, MirrorFileSystem fileSystem) {
    Optional<CacheOptions> options = settings.toCacheOptions();
    if (options.isEmpty()) {
      return null;
    }
    try {
      Cache cache = Cache.inherit(options.get(), settings.source(), !fileSystem.isRemote());
      fileSystem.use(cache);
      return cache;
    } catch (IOException e) {
      LOG.warn("the cache cannot be used: {}; the backend serves", e.getMessage());
      return null;
    }
  }

  private static void close(Cache cache) {
    if (cache != null) {
      cache.close();
    }
  }

  /**
   * Shows that this build works here, and warms it up, on a scratch mount.
   *
   * @param wanted see {@link Rehearsal#run}
   * @throws IOException when it does not
   */
  void rehearse(BooleanSupplier wanted)
      throws IOException, InvalidOptionsException, InterruptedException {
    MountOptions options =
        settings.toTrialOptions(Cpu.usable(), execution(settings, fileSystem), directory.metrics());
    new Rehearsal(directory.path(), settings.toMirrorOptions(1), options).run(wanted);
  }

  private static MirrorOptions prepareProcess(MountSettings settings) throws IOException {
    long limit = Rlimit.raiseOpenFiles();
    // They are a cache where file handles work, and what applications open takes its descriptors
    // from the same limit: so a quarter of it.
    long budget = limit < 0 ? MOST_DESCRIPTORS : Math.min(limit / 4, MOST_DESCRIPTORS);
    return settings.toMirrorOptions((int) budget);
  }

  private static Execution execution(MountSettings settings, MirrorFileSystem fileSystem) {
    return switch (settings.get(OptionTable.BACKEND_IO)) {
      case INLINE -> Execution.INLINE;
      case ASYNC -> Execution.DETACHED;
      case AUTO -> fileSystem.isRemote() ? Execution.DETACHED : Execution.INLINE;
    };
  }

  /** Learns what the one that serves has changed, so that {@link #takeOver} takes less time. */
  void follow() throws LinuxException {
    inherited.update();
    fileSystem.follow();
  }

  /**
   * Serves from now on, after {@link #inherit}.
   *
   * @param lives whether the daemon before has not died
   */
  void takeOver(BooleanSupplier lives) throws IOException {
    predecessorLives = lives.getAsBoolean();
    inherited.update();
    fileSystem.takeOver();
    if (predecessorLives && !mount.awaitPredecessor(lives)) {
      predecessorLives = false;
      follow(); // As it may have done something still.
    }
    if (!mount.takeOver(inherited.all(), predecessorLives)) {
      OutsideCaller.callFromEverywhere(mount.mountpoint());
    }
    if (!predecessorLives) {
      beginAudit();
    }
  }

  /** Whoever served before has ended, and may have left lookups that nobody takes back. */
  private void beginAudit() {
    if (audit == null) {
      audit = AuditThread.start(fileSystem, mount);
    }
    audit.predecessorsGone();
  }

  /** Fills the cache from now on, when the daemon before has left it. */
  void serveCache() {
    if (cache != null) {
      cache.serve();
    }
  }

  /** Has the counters of the daemons before go on here; once this one serves. */
  void count(WatchdogLink link) throws IOException {
    counters = new MetricsSuccession(link, mount);
    Path file = inherited == null ? directory.metrics() : directory.metrics(generation);
    counters.begin(file, predecessorLives);
    Files.move(file, directory.metrics(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** What is counted, with what the daemons before have counted. */
  MetricsReader metrics() {
    if (counters != null) {
      counters.update();
    }
    return mount.metrics();
  }

  /** See {@link FuseMount#predecessorEnded}. */
  boolean predecessorEnded() throws IOException {
    if (!predecessorLives) {
      return true; // That was known when this process began to serve.
    }
    predecessorLives = false;
    follow();
    boolean goesOn = mount.predecessorEnded(inherited.all());
    counters.end();
    if (goesOn) {
      beginAudit();
    }
    return goesOn;
  }

  /** See {@link FuseMount#quiesce}. */
  void quiesce() throws IOException, InterruptedException {
    if (audit != null) {
      audit.leave();
    }
    if (cache != null) {
      cache.leave();
    }
    mount.quiesce();
    fileSystem.leave();
  }

  /** Null without one. */
  Cache cache() {
    return cache;
  }

  MirrorFileSystem fileSystem() {
    return fileSystem;
  }

  MountSettings settings() {
    return settings;
  }

  RunDirectory directory() {
    return directory;
  }

  FuseMount mount() {
    return mount;
  }

  /** Number of this process among those that were started for this mount, from 1. */
  int generation() {
    return generation;
  }

  /** Unmounts; nothing is left. */
  @Override
  public void close() throws IOException {
    mount.close();
    if (audit != null) {
      audit.close();
    }
    fileSystem.close();
    close(cache);
  }
}
