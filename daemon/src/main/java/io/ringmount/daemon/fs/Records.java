package io.ringmount.daemon.fs;

import io.ringmount.channels.Custody;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What of a mirror outlives its process: the records of nodes and handles, and the descriptors in
 * custody, with the root's among them, since nobody can tell where a path leads later.
 */
final class Records implements AutoCloseable {
  private static final String NODES = "nodes";
  private static final String HANDLES = "handles";

  private final NodeTable nodes;
  private final RecordTable handles;
  private final NodeCustody custody;

  private Records(NodeTable nodes, RecordTable handles, NodeCustody custody) {
    this.nodes = nodes;
    this.handles = handles;
    this.custody = custody;
  }

  /** Whether what is in custody under a name is for a file system that goes on. */
  static boolean isName(String name) {
    return name.equals(NODES) || name.equals(HANDLES) || NodeCustody.isName(name);
  }

  /** Empty records, not in custody yet. */
  static Records create(Custody custody) throws LinuxException {
    NodeTable nodes = NodeTable.create(NodeTable.CAPACITY);
    try {
      RecordTable handles = HandleTable.create(HandleTable.CAPACITY);
      return new Records(nodes, handles, new NodeCustody(custody, new ConcurrentHashMap<>()));
    } catch (LinuxException e) {
      nodes.close();
      throw e;
    }
  }

  /**
   * The records of an earlier process.
   *
   * @param inherited see {@link MirrorFileSystem#resume}
   * @throws IOException they are missing or cannot be used
   */
  static Records adopt(Custody custody, Map<String, Integer> inherited) throws IOException {
    NodeTable nodes = NodeTable.adopt(take(inherited, NODES));
    try {
      RecordTable handles = HandleTable.adopt(take(inherited, HANDLES));
      return new Records(nodes, handles, new NodeCustody(custody, inherited));
    } catch (IOException e) {
      nodes.close();
      throw e;
    }
  }

  private static int take(Map<String, Integer> inherited, String name) throws IOException {
    Integer fd = inherited.remove(name);
    if (fd == null) {
      throw new IOException("there is no table of " + name + " to go on with");
    }
    return fd;
  }

  /**
   * Gives them into custody.
   *
   * @param root O_PATH descriptor
   */
  void keep(Custody holder, int root) throws IOException {
    holder.keep(NODES, nodes.records().fd());
    holder.keep(HANDLES, handles.fd());
    holder.keep(NodeCustody.name(FileSystem.ROOT), root);
  }

  NodeTable nodes() {
    return nodes;
  }

  RecordTable handles() {
    return handles;
  }

  NodeCustody custody() {
    return custody;
  }

  /** From now on this process changes them. */
  void takeOver() {
    nodes.records().takeOver();
    handles.takeOver();
  }

  /**
   * Closes their descriptors; they stay for whoever has them in custody. They stay mapped as well:
   * what waits for the backend may come back to them after everything was closed.
   */
  @Override
  public void close() {
    nodes.records().leaveMapped();
    handles.leaveMapped();
  }
}
