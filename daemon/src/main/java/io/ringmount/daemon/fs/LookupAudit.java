package io.ringmount.daemon.fs;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongPredicate;

/**
 * Ends the nodes that the kernel has forgotten and this mount has not. A FORGET has no answer, so
 * one that a process had read and not carried out when it was killed is lost; and a lookup that it
 * had counted and not answered is counted again by its successor. Either way lookups remain that
 * nobody will take back, and with them the node, its descriptor, and the space of a deleted file.
 *
 * <p>After such an end every node is doubted. The kernel {@linkplain
 * io.ringmount.channels.FuseMount#knows says} whether it knows one; those that it does not know are
 * asked about again a step later, and end if no lookup was counted in between and nobody has them
 * open. A doubted node that the kernel knows is a suspect again when a FORGET leaves lookups over,
 * as the kernel takes all of its own back at once ({@code fs/fuse/inode.c}, {@code
 * fuse_evict_inode}).
 *
 * <p>Steps are one thread's, with more time in between than a request takes that has counted a
 * lookup and not answered. Where a backend hangs for longer, its reply names a node that has ended;
 * the kernel gets ESTALE for it and looks the name up again. Everything else may happen meanwhile.
 */
public final class LookupAudit {
  private record Suspect(Inode inode, long lookups) {}

  private final InodeMaps maps;
  private final InodeTable table;
  private final Queue<Inode> suspects = new ConcurrentLinkedQueue<>();
  private List<Suspect> asked = List.of();

  LookupAudit(InodeTable table, InodeMaps maps) {
    this.table = table;
    this.maps = maps;
  }

  /** A process that served was killed: no count of this moment can be trusted. */
  public void doubtAll() {
    for (Inode inode : maps.all()) {
      if (!inode.isRoot()) {
        inode.doubt();
        suspects.add(inode);
      }
    }
  }

  /** A FORGET has left lookups of a node over. */
  void remains(Inode inode) {
    if (inode.isDoubted()) {
      suspects.add(inode);
    }
  }

  /**
   * Asks about suspects, and ends those of the last step that are still unknown. A question takes
   * about a microsecond.
   *
   * @param known whether the kernel knows a node
   * @return how many nodes ended
   */
  public int step(LongPredicate known) {
    int ended = 0;
    for (Suspect suspect : asked) {
      Inode inode = suspect.inode();
      if (inode.isOpen()) {
        suspects.add(inode);
      } else if (inode.isAsked()
          && !known.test(inode.node())
          && inode.isAsked()
          && table.forgetAll(inode, suspect.lookups())) {
        ended++;
      }
    }
    List<Suspect> next = new ArrayList<>();
    // Not what is added meanwhile.
    for (int left = suspects.size(); left > 0; left--) {
      Inode inode = suspects.remove();
      // A lookup from here on is noticed; the count has all from before.
      inode.ask();
      long lookups = inode.lookups();
      if (lookups > 0 && !known.test(inode.node())) {
        next.add(new Suspect(inode, lookups));
      }
    }
    asked = next;
    return ended;
  }
}
