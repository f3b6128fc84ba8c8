package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class NodeTableProperties {
  private static final int CAPACITY = 64;

  @Property(tries = 100)
  void randomRecordsDoNoHarm(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    try (NodeTable nodes = NodeTable.create(CAPACITY);
        SharedMemory view = SharedMemory.adopt((int) FileOps.dup(nodes.records().fd()))) {
      view.map();
      Memory.putLong(view.address() + TableLayout.NEXT, CAPACITY);
      byte[] noise = new byte[NodeLayout.SIZE * CAPACITY];
      random.nextBytes(noise);
      Memory.copy(noise, 0, view.address() + TableLayout.RECORDS, noise.length);
      try (NodeTable next = NodeTable.adopt((int) FileOps.dup(view.fd()))) {
        next.records()
            .scan(node -> {
              long record = next.records().find(node);
              assertNotEquals(0, record);
              if (next.isSound(record, node)) {
                assertTrue(NodeTable.handleSize(record) <= 128);
              }
            });
        next.records().takeOver();
        next.records().freeAbandoned();
        long record;
        while ((record = next.records().take()) != 0) {
          next.fill(record, 1, 2, 0100000, 0);
          next.records().publish(record);
          assertTrue(next.isSound(record, next.records().number(record)));
        }
      }
    }
  }
}
