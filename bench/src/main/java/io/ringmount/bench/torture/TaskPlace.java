package io.ringmount.bench.torture;

import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * Where a task works and as whom.
 *
 * @param directory empty, for this task alone
 * @param shared where all clients work, see {@link SharedDirectory}
 * @param client number of its client, from 0
 * @param clients how many there are
 * @param writer a number that no other task of its kind has, of any client
 * @param random for its thread
 */
record TaskPlace(
    Path directory, Path shared, int client, int clients, int writer, RandomGenerator random) {

  int below(int bound) {
    return random.nextInt(bound);
  }
}
