package io.ringmount.upgrade;

/**
 * What a planned upgrade did.
 *
 * @param oldVersion program version before
 * @param newVersion program version now
 * @param generation of the daemon that serves now
 * @param oldPid daemon before
 * @param newPid daemon now
 * @param drained whether the daemon before has ended; else it still finishes what it began
 * @param readyNanos from the start of the new daemon until it was ready
 * @param pauseNanos from the moment the old daemon stopped taking requests, or was asked to where
 *     it leaves by ending, until the new one did; -1 where the old one died meanwhile
 * @param servingNanos when the new daemon began to take requests, by {@link System#nanoTime}, which
 *     all processes of a machine share
 * @param serving what the new daemon said when it served
 */
public record UpgradeReport(
    String oldVersion,
    String newVersion,
    int generation,
    int oldPid,
    int newPid,
    boolean drained,
    long readyNanos,
    long pauseNanos,
    long servingNanos,
    String serving) {}
