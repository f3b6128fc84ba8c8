package io.ringmount.watchdog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Makes sure that a mount has one watchdog; ends with the process, however that ends. */
final class InstanceLock implements AutoCloseable {
  private final FileLock lock;

  private InstanceLock(FileLock lock) {
    this.lock = lock;
  }

  /** Empty when another process has it. */
  static Optional<InstanceLock> take(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new InstanceLock(lock));
  }

  @Override
  public void close() throws IOException {
    lock.acquiredBy().close();
  }
}
