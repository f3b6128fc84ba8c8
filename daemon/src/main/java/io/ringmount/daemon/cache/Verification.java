package io.ringmount.daemon.cache;

/**
 * How far it is with comparing the copies to their checksums; part of the control protocol.
 *
 * @param pass which one, from 1; of this process. 0: there is none
 * @param running whether it goes on
 * @param files copies that were looked at
 * @param allFiles copies that are to be
 * @param bytes that were read
 * @param badBlocks those that were not what they should be, to be fetched again
 */
public record Verification(
    long pass, boolean running, int files, int allFiles, long bytes, long badBlocks) {
  static final Verification NONE = new Verification(0, false, 0, 0, 0, 0);
}
