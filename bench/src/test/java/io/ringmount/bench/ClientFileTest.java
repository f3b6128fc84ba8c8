package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operations on a plain directory. */
@Timeout(60)
class ClientFileTest {
  private static final int CLIENTS = 4;
  private static final long PART = SampleData.OUTPUT_SIZE / CLIENTS;
  private static final int PAGE = 4096;
  private static final byte[] FILLED = new byte[PAGE];

  @TempDir Path directory;
  private Path input;
  private Path output;

  @BeforeEach
  void makeData() throws IOException {
    input = directory.resolve(SampleData.INPUT);
    try (RandomAccessFile file = new RandomAccessFile(input.toFile(), "rw")) {
      file.setLength(SampleData.INPUT_SIZE);
    }
    output = directory.resolve(SampleData.OUTPUT);
    Arrays.fill(FILLED, (byte) 1);
    byte[] content = new byte[(int) SampleData.OUTPUT_SIZE];
    Arrays.fill(content, FILLED[0]);
    Files.write(output, content);
  }

  private void run(Operation operation, int times) throws LinuxException {
    XorShift random = new XorShift(1);
    try (ClientFile file = new ClientFile(directory, operation, 1, CLIENTS)) {
      for (int i = 0; i < times; i++) {
        operation.run(file, random.next(), i);
      }
    }
  }

  /** The pages of the output that were written: with zeros, as buffers are. */
  private BitSet written() throws IOException {
    byte[] content = Files.readAllBytes(output);
    assertEquals(SampleData.OUTPUT_SIZE, content.length);
    BitSet pages = new BitSet();
    for (int start = 0; start < content.length; start += PAGE) {
      byte[] page = Arrays.copyOfRange(content, start, start + PAGE);
      boolean zeros = Arrays.equals(page, new byte[PAGE]);
      assertTrue(zeros || Arrays.equals(page, FILLED), "written in part: the page at " + start);
      pages.set(start / PAGE, zeros);
    }
    return pages;
  }

  private static int page(long offset) {
    return (int) (offset / PAGE);
  }

  @Test
  void sequentialWritesFillTheClientsPart() throws Exception {
    run(Operation.SEQUENTIAL_WRITE, (int) (PART >> 20));
    BitSet expected = new BitSet();
    expected.set(page(PART), page(2 * PART));
    assertTrue(expected.equals(written()), "other pages are written than those of the client");
  }

  @Test
  void sequentialWritesBeginAgainAtTheEnd() throws Exception {
    run(Operation.SEQUENTIAL_WRITE, (int) (PART >> 20) + 3);
    assertEquals(page(PART), written().cardinality());
  }

  @Test
  void randomWritesStayInTheClientsPart() throws Exception {
    run(Operation.RANDOM_WRITE, 300);
    BitSet pages = written();
    assertTrue(pages.cardinality() > 200);
    assertTrue(pages.nextSetBit(0) >= page(PART));
    assertTrue(pages.length() <= page(2 * PART));
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationWorksWithoutAServer(Operation operation) throws Exception {
    run(operation, 5);
    assertEquals(operation.writes(), !written().isEmpty());
  }

  @Test
  void aShortReadIsAMistake() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(input.toFile(), "rw")) {
      file.setLength(SampleData.INPUT_SIZE / CLIENTS + PAGE);
    }
    assertThrows(IllegalStateException.class, () -> run(Operation.SEQUENTIAL_READ, 1));
  }

  @Test
  void aLookupFindsNothing() throws Exception {
    try (ClientFile file = new ClientFile(directory, Operation.LOOKUP, 0, 1)) {
      Files.createFile(file.missing(1));
      file.lookup(0);
      assertThrows(IllegalStateException.class, () -> file.lookup(1));
      file.lookup(2);
    }
  }

  @Test
  void noTwoLookupsAskForTheSame() throws Exception {
    Set<Path> names = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      try (ClientFile file = new ClientFile(directory, Operation.LOOKUP, 0, 1)) {
        for (int count = 0; count < 70_000; count++) {
          names.add(file.missing(count));
        }
      }
    }
    assertEquals(2 * 70_000, names.size());
  }

  @Test
  void aMissingFileIsReported() {
    assertThrows(
        LinuxException.class,
        () -> new ClientFile(directory.resolve("none"), Operation.LOOKUP, 0, 1));
  }

  @Test
  void coldReadsMeetEveryPageOnce() {
    for (int clients = 1; clients <= 16; clients++) {
      int pages = page(SampleData.INPUT_SIZE) / clients;
      BitSet met = new BitSet();
      for (int count = 0; count < pages; count++) {
        met.set((int) (Operation.scattered(count) % pages));
      }
      assertEquals(pages, met.cardinality(), clients + " clients");
    }
  }
}
