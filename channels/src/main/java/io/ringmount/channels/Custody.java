package io.ringmount.channels;

import java.io.IOException;

/**
 * Another process that holds on to descriptors, so that they outlive this one: a successor gets
 * them and goes on. Any thread.
 */
public interface Custody {
  /** Nobody holds anything: what this process has ends with it. */
  Custody NONE =
      new Custody() {
        @Override
        public void keep(String name, int descriptor) {}

        @Override
        public void drop(String name) {}

        @Override
        public boolean outlives() {
          return false;
        }
      };

  /**
   * Has a duplicate of a descriptor kept, in place of what was kept under this name before. Once
   * this returns it is safe, whatever becomes of this process.
   *
   * @param name printable ASCII without blanks, at most 64 characters
   * @param descriptor stays the caller's
   * @throws IOException when it could not be handed over
   */
  void keep(String name, int descriptor) throws IOException;

  /** Has what is kept under this name, if anything, closed. */
  void drop(String name);

  /** Whether what is kept outlives this process. */
  default boolean outlives() {
    return true;
  }
}
