package io.ringmount.watchdog;

import io.ringmount.upgrade.Beats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.CountDownLatch;

/** A thread that beats, until it becomes one that does not. */
final class FakeThread {
  private final Beats.Line line;
  private volatile String wanted = "well";

  FakeThread(Beats.Line line) {
    this.line = line;
  }

  void start() {
    Thread.ofPlatform().daemon().name("fake-channel").start(this::run);
  }

  void become(String state) {
    wanted = state;
  }

  private void run() {
    line.begin();
    try {
      while (true) {
        switch (wanted) {
          case "busy" -> Thread.onSpinWait();
          case "waiting" -> new CountDownLatch(1).await();
          case "slow" -> Pipe.open().source().read(ByteBuffer.allocate(1));
          default -> {
            line.beat();
            Thread.sleep(20);
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
