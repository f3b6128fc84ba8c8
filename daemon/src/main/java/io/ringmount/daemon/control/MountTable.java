package io.ringmount.daemon.control;

import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** The kernel's list of mounts joined with the run directory. Never touches a mount. */
public final class MountTable {
  /** Type of every Ringmount mount. */
  public static final String FS_TYPE = "fuse.ringmount";

  /** The list of mounts; another one in tests. */
  @FunctionalInterface
  interface MountList {
    List<MountEntry> read() throws IOException;
  }

  private final RunRoot root;
  private final MountList mounts;
  private final IntFunction<List<Long>> servers;
  private final boolean seesAll;

  /**
   * @param seesAll whether this user may look into other processes
   */
  public MountTable(RunRoot root, boolean seesAll) {
    this(root, Mounts::list, new FuseServers()::of, seesAll);
  }

  MountTable(RunRoot root, MountList mounts, IntFunction<List<Long>> servers, boolean seesAll) {
    this.root = root;
    this.mounts = mounts;
    this.servers = servers;
    this.seesAll = seesAll;
  }

  /** Every mount, in the order of mounting, then daemons without one. */
  public List<KnownMount> list() throws IOException {
    Map<Path, RunDirectory> entries = new LinkedHashMap<>();
    root.list().forEach(entry -> entries.put(entry.path(), entry));
    List<KnownMount> known = new ArrayList<>();
    for (MountEntry mount : mounts.read()) {
      if (mount.fsType().equals(FS_TYPE)) {
        known.add(describe(mount));
        entries.remove(root.at(mount.mountPoint()).path());
      }
    }
    for (RunDirectory entry : entries.values()) {
      Optional<MountRecord> there = entry.record();
      if (there.isPresent() && there.get().isAttended()) {
        MountRecord of = there.get();
        known.add(
            new KnownMount(
                of.mountpoint(), of.source(), MountState.STALE, of.pid(), of.connection()));
      }
    }
    return known;
  }

  /** The topmost mount at a path, if that is one of ours. */
  public Optional<KnownMount> find(Path mountpoint) throws IOException {
    return topmost(mountpoint).filter(mount -> mount.fsType().equals(FS_TYPE)).map(this::describe);
  }

  /** Our mounts at a path, the topmost last; others may cover them. */
  public List<KnownMount> all(Path mountpoint) throws IOException {
    String wanted = mountpoint.toString();
    return mounts.read().stream()
        .filter(mount -> mount.mountPoint().equals(wanted) && mount.fsType().equals(FS_TYPE))
        .map(this::describe)
        .toList();
  }

  /** The topmost mount of any type at a path. */
  public Optional<MountEntry> topmost(Path mountpoint) throws IOException {
    String wanted = mountpoint.toString();
    return mounts.read().stream()
        .filter(mount -> mount.mountPoint().equals(wanted))
        .reduce((lower, upper) -> upper);
  }

  /** Mount points below a path. */
  public List<String> below(Path mountpoint) throws IOException {
    return mounts.read().stream()
        .map(MountEntry::mountPoint)
        .filter(each -> each.startsWith(mountpoint + "/"))
        .toList();
  }

  private KnownMount describe(MountEntry mount) {
    int connection = mount.deviceMinor();
    RunDirectory entry = root.at(mount.mountPoint());
    Optional<MountRecord> registered = entry.record().filter(of -> of.connection() == connection);
    Optional<MountRecord> attended = registered.filter(MountRecord::isAttended);
    if (attended.isPresent()) {
      MountRecord of = attended.get();
      return new KnownMount(
          mount.mountPoint(), of.source(), MountState.SERVING, of.pid(), connection);
    }
    List<Long> holders = seesAll ? servers.apply(connection) : List.of();
    MountState state;
    if (!holders.isEmpty() || registered.isPresent() && entry.hasListener()) {
      state = MountState.SERVING;
    } else {
      state = seesAll ? MountState.DEAD : MountState.UNKNOWN;
    }
    Long pid = holders.isEmpty() ? null : holders.getFirst();
    return new KnownMount(mount.mountPoint(), mount.source(), state, pid, connection);
  }
}
