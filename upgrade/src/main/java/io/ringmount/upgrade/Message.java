package io.ringmount.upgrade;

/**
 * What watchdog, daemon and {@code upgrade} command say to each other; {@link MessageCodec} has the
 * bytes.
 *
 * <pre>
 *   daemon -> watchdog                        watchdog -> daemon
 *     Hello                    first            Welcome, Given*, Loaded
 *     Keep, Drop               at any time      Given, Taken    to every daemon but the giver
 *     Ready                    a standby        TakeOver
 *     Serving | Failed                          Yield, Stop
 *     Yielded, then Drained    after Yield
 *     Ended                    unmounted
 *
 *   command -> watchdog                       watchdog -> command
 *     Upgrade                                   Progress*, then Done | Refused
 * </pre>
 *
 * A descriptor goes with {@link Keep}, {@link Given} and some {@link TakeOver}, and with nothing
 * else.
 */
public sealed interface Message {
  /** What a daemon is when it connects. */
  enum Role {
    /** Started by the watchdog; the answer says whether it is the first or a standby. */
    NEW,
    /** Serves the mount already, and hands everything back to a watchdog that was restarted. */
    SERVING,
    /** Was told to yield by the watchdog that died, and still works on what it has. */
    YIELDED
  }

  /** Whether a message comes with a descriptor. */
  default boolean carriesDescriptor() {
    return false;
  }

  /**
   * A daemon connects.
   *
   * @param pid its own
   * @param generation the one it was given before, 0 for none
   * @param stateVersion of the shared memory that it writes
   * @param successor pid of the daemon that it yielded to, 0 for none
   * @param programVersion for people
   */
  record Hello(
      Role role, int pid, int generation, int stateVersion, int successor, String programVersion)
      implements Message {}

  /** Hold the descriptor that comes with this, in place of any other of that name. */
  record Keep(String name) implements Message {
    @Override
    public boolean carriesDescriptor() {
      return true;
    }
  }

  /** Close what is held under this name. */
  record Drop(String name) implements Message {}

  /** A standby has loaded, warmed and checked itself. */
  record Ready() implements Message {}

  /**
   * The daemon serves.
   *
   * @param report one line for whoever made the mount, passed on as it is
   * @param connection number of the FUSE connection
   * @param sinceNanos {@link System#nanoTime} of this machine
   */
  record Serving(String report, int connection, long sinceNanos) implements Message {}

  /**
   * The daemon takes no requests any more.
   *
   * @param sinceNanos {@link System#nanoTime} of this machine
   */
  record Yielded(long sinceNanos) implements Message {}

  /** Nothing that the daemon had is unanswered; it ends next. */
  record Drained() implements Message {}

  /**
   * The daemon cannot serve; it ends next.
   *
   * @param report one line for whoever made the mount, passed on as it is
   */
  record Failed(String report) implements Message {}

  /** The mount is gone. */
  record Ended() implements Message {}

  /**
   * The watchdog knows the daemon.
   *
   * @param generation counts the daemons of this mount, from 1
   * @param first it makes the mount; else it waits for {@link TakeOver}
   */
  record Welcome(int generation, boolean first) implements Message {}

  /** Here is a duplicate of what is held under this name. */
  record Given(String name) implements Message {
    @Override
    public boolean carriesDescriptor() {
      return true;
    }
  }

  /** What was held under this name is no more. */
  record Taken(String name) implements Message {}

  /** All that is held now has been given. */
  record Loaded() implements Message {}

  /**
   * Serve from now on.
   *
   * @param predecessor pid of the daemon before
   * @param dead it has ended; else it takes no requests any more but works on some still, and a
   *     descriptor that stands for it comes with this
   */
  record TakeOver(int predecessor, boolean dead) implements Message {
    @Override
    public boolean carriesDescriptor() {
      return !dead;
    }
  }

  /**
   * Take no more requests, hand over, finish.
   *
   * @param successor pid of the daemon that takes over
   */
  record Yield(int successor) implements Message {}

  /** End: the daemon is not needed, or, when it serves, the mount is to be unmounted. */
  record Stop() implements Message {}

  /**
   * Replace the daemon.
   *
   * @param distribution directory of the build to use, absolute; empty for the present one
   */
  record Upgrade(String distribution) implements Message {}

  /** One line on how an upgrade goes. */
  record Progress(String text) implements Message {}

  /** The upgrade succeeded. */
  record Done(UpgradeReport report) implements Message {}

  /** The upgrade did not happen; the previous daemon serves, or one like it. */
  record Refused(String reason) implements Message {}
}
