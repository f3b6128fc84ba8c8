package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A backend that is out of reach for a while: callers get its errors, and files once it is back.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class FailingBackendIT extends GatedBackend {
  private static final String FILE = GatedFileSystem.FAST;

  private int errorOfOpening() throws IOException {
    try {
      FileOps.close(FileOps.open(mount.at(FILE), FileFlags.O_RDONLY));
      return 0;
    } catch (LinuxException e) {
      return e.errno();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void itsErrorsAreTheCallersUntilItIsBack(String transport) throws Exception {
    mount(transport);
    try (FileChannel open = get(start(() -> FileChannel.open(mount.at(FILE))))) {
      for (int errno : new int[] {Errno.EIO, Errno.ESTALE, Errno.ENOTCONN, Errno.ETIMEDOUT}) {
        files.failAll(errno);
        assertEquals(errno, get(start(this::errorOfOpening)));
        assertThrows(
            IOException.class, () -> open.read(ByteBuffer.allocate(GatedFileSystem.SIZE), 0));

        files.failAll(0);
        assertContent(FILE, get(start(() -> read(FILE))));
        ByteBuffer content = ByteBuffer.allocate(GatedFileSystem.SIZE);
        assertEquals(GatedFileSystem.SIZE, open.read(content, 0));
        assertContent(FILE, content.array());
      }
    }
    mount.unmount();
  }
}
