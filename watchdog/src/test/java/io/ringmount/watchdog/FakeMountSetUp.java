package io.ringmount.watchdog;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a mount of its own, of which nothing is left afterwards. */
abstract class FakeMountSetUp {
  /** What the first daemon has had kept, and the watchdog itself, as later daemons tell it. */
  static final String KEPT = "node-1=unlinked order=the order state=made by one";

  static final int SIGSTOP = 19;

  @TempDir Path directory;

  FakeMount mount;

  @BeforeEach
  void make() {
    mount = new FakeMount(directory);
  }

  @AfterEach
  void end() {
    mount.close();
  }
}
