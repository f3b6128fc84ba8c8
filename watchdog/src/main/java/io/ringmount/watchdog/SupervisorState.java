package io.ringmount.watchdog;

/**
 * Where a mount stands.
 *
 * <pre>
 *   STARTING ──Serving──► SERVING ──Upgrade──► PREPARING ──Ready──► YIELDING
 *      │ death: exit       ▲ │ ▲                  │ failure            │ Yielded, or death
 *      ▼                   │ │ └──────────────────┘                    ▼
 *   ADOPTING ──Hello───────┘ │ death, hang                         RECOVERING ◄── death
 *                            └───────────────────────────────────►     │ ready: TakeOver
 *                                                                      ▼
 *   SERVING ◄──time── PROBATION ◄──Serving, in an upgrade─────────  SWITCHING ──death──► RECOVERING
 *      ▲                  └─death: RECOVERING, with the build before   │
 *      └──────────────────────Serving, after a crash───────────────────┘
 *
 *   any ──Ended──► ENDING
 * </pre>
 */
enum SupervisorState {
  /** The first daemon makes the mount. */
  STARTING,
  /** This watchdog took another's place; the daemon that serves is to come. */
  ADOPTING,
  /** A daemon serves, and maybe a standby waits. */
  SERVING,
  /** A daemon serves while the one to replace it gets ready. */
  PREPARING,
  /** The daemon that serves was told to yield to one that is ready. */
  YIELDING,
  /** Nobody serves; a daemon is to get ready. */
  RECOVERING,
  /** Nobody serves; a daemon was told to take over. */
  SWITCHING,
  /** A new daemon serves and has to show that it lives. */
  PROBATION,
  /** The mount is gone. */
  ENDING
}
