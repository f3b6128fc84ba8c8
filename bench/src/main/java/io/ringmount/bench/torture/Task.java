package io.ringmount.bench.torture;

import java.io.IOException;

/**
 * One kind of checked work, for one thread. It knows what its files must be after each step; any
 * error of a call and any difference ends it.
 */
interface Task {
  /** Does and checks a little; steps leave files, descriptors and positions for later ones. */
  void step() throws IOException, ViolationException;

  /** Checks everything once more and closes what is open; the files stay. */
  void finish() throws IOException, ViolationException;

  /** Gives up what is not a descriptor of its {@link Calls}, after any failure. */
  default void abandon() throws IOException {}
}
