package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;

/**
 * Keeps an {@link InodeTable} in step with the records where other processes change them, and
 * clears up after those that have ended.
 */
final class InodeSuccession {
  private final InodeTable table;
  private final InodeMaps maps;
  private final NodeTable nodes;
  private final NodeCustody custody;

  /**
   * @param maps of the table
   * @param nodes its records
   */
  InodeSuccession(InodeTable table, InodeMaps maps, NodeTable nodes, NodeCustody custody) {
    this.table = table;
    this.maps = maps;
    this.nodes = nodes;
    this.custody = custody;
  }

  /** Learns what a predecessor did to the records since this was called last. */
  void catchUp() {
    if (!nodes.records().changes(this::learn)) {
      for (Inode inode : maps.all()) {
        learn(inode.node());
      }
      nodes.records().scan(table::load);
    }
  }

  private void learn(long node) {
    if (nodes.records().find(node) != 0) {
      table.load(node);
      return;
    }
    if (nodes.records().isInUse(node)) {
      return; // This process is making it known.
    }
    Inode gone = maps.get(node);
    if (gone != null && maps.remove(gone)) {
      gone.die();
    }
  }

  /** Gives into custody again what is in custody, because that may have been lost. */
  void keepAgain() {
    Scratch scratch = Scratch.get();
    for (Inode inode : maps.all()) {
      if (inode.isKept()) {
        inode.apply(scratch, fd -> custody.keep(inode.node(), fd) ? 0 : -Errno.EIO);
        if (!inode.isKnown()) {
          custody.drop(inode.node());
        }
      }
    }
  }

  /** Ends the registrations of files that nobody has open. */
  void closeBackings(Passthrough passthrough) {
    for (Inode inode : maps.all()) {
      synchronized (inode) {
        passthrough.closed(inode);
      }
    }
  }

  /** Ends what no process ended; none but this one is running, and it may be serving. */
  void freeAbandoned() {
    nodes
        .records()
        .scan(node -> {
          long record = nodes.records().find(node);
          if (record != 0 && node != FileSystem.ROOT && NodeTable.lookups(record, node) == 0) {
            table.endRecord(record, node);
            learn(node);
          }
        });
    nodes.records().freeAbandoned();
    // What was given by others and what this process gives are not told apart here.
    custody.dropUnless(nodes.records()::isInUse);
  }
}
