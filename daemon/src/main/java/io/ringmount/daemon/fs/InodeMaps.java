package io.ringmount.daemon.fs;

import java.util.Collection;
import org.jctools.maps.NonBlockingHashMapLong;

/**
 * The inodes of this process by node number, and by identity: device and inode number. No method
 * takes a lock; what order they are used in is {@link InodeTable}'s to see to.
 */
final class InodeMaps {
  private final Source source;
  private final NodeTable nodes;
  private final NonBlockingHashMapLong<Inode> byNode;

  /**
   * By device number as in {@link io.ringmount.channels.linux.Statx#device}; each has its inodes. A
   * device stays once seen: there are as many as mounts.
   */
  private final NonBlockingHashMapLong<Device> devices = new NonBlockingHashMapLong<>();

  /**
   * @param nodes knows how many inodes there may be, and the places of the devices
   */
  InodeMaps(Source source, NodeTable nodes) {
    this.source = source;
    this.nodes = nodes;
    // Growing takes longer than all else when there are many.
    this.byNode = new NonBlockingHashMapLong<>(nodes.records().extent() + 1);
  }

  /** The inode of a node; {@code null} if there is none. */
  Inode get(long node) {
    return byNode.get(node);
  }

  /** Adds an inode by its node alone. */
  void add(Inode inode) {
    byNode.put(inode.node(), inode);
  }

  /** As {@link #add}, unless its node has an inode: that is returned, else {@code null}. */
  Inode addIfAbsent(Inode inode) {
    return byNode.putIfAbsent(inode.node(), inode);
  }

  /** The inode of an identity, perhaps dead; {@code null} if there is none. */
  Inode find(long device, long number) {
    Device known = devices.get(device);
    return known == null ? null : known.inodes.get(number);
  }

  /** Makes an inode the one of its identity, unless a younger one is. */
  void index(Inode inode) {
    NonBlockingHashMapLong<Inode> numbers = inode.device().inodes;
    while (true) {
      Inode present = numbers.putIfAbsent(inode.number(), inode);
      if (present == null
          || present.birth() > inode.birth()
          || numbers.replace(inode.number(), present, inode)) {
        return;
      }
    }
  }

  /** Removes an inode from the maps; {@code true} to one caller, who lets it die. */
  boolean remove(Inode inode) {
    inode.device().inodes.remove(inode.number(), inode);
    return byNode.remove(inode.node(), inode);
  }

  /** The device of a number, with the inodes of its files. */
  Device device(long number) {
    Device known = devices.get(number);
    if (known == null) {
      int place = nodes.place(number);
      devices.putIfAbsent(number, device(place));
      known = devices.get(number);
    }
    return known;
  }

  private Device device(int place) {
    boolean first = place == 0;
    int expected = first ? nodes.records().extent() + 1 : 1;
    return new Device(place, first && source.isMemory(), expected);
  }

  /** All inodes; one that comes or goes meanwhile may be among them or not. */
  Collection<Inode> all() {
    return byNode.values();
  }

  int size() {
    return byNode.size();
  }

  void clear() {
    byNode.clear();
    devices.clear();
  }
}
