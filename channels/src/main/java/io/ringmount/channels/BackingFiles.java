package io.ringmount.channels;

import io.ringmount.channels.linux.Capabilities;
import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.LinuxException;

/**
 * The files that the kernel reads and writes by itself, for applications that opened another in the
 * mount ({@code FOPEN_PASSTHROUGH}, {@code fs/fuse/passthrough.c}). Their numbers belong to the
 * mount and outlive this process. All methods are for any thread.
 *
 * <p>For one node at a time the kernel takes one number, and no opening without a number beside one
 * with: it answers EIO.
 */
public final class BackingFiles {
  private final int device;
  private final Capabilities all;
  private final Capabilities few;

  /**
   * @param device the mount's descriptor
   */
  BackingFiles(int device) throws LinuxException {
    this.device = device;
    this.all = Capabilities.ofThread();
    this.few = all.only(Capabilities.SYS_ADMIN);
  }

  /**
   * Registers a file. What anybody does with it through the kernel happens with the rights of
   * {@code user} and without root's: so writing takes set-user-id from the file, and ends where the
   * space for all ends.
   *
   * @param fd of the file; O_PATH will do, and does not keep anybody from executing it
   * @param user who opens it
   * @return its number, above 0, or {@code -errno}: {@code -EPERM} where this process may register
   *     none, others where this file's file system is not fit
   */
  public int open(int fd, int user) {
    int own = Credentials.setFsUid(user);
    try {
      long refusal = few.apply();
      return refusal < 0 ? (int) refusal : FuseDevice.openBacking(device, fd);
    } finally {
      Credentials.setFsUid(own);
      all.apply();
    }
  }

  /** Ends a registration, if there is one of this number. What is open stays open. */
  public void close(int id) {
    FuseDevice.closeBacking(device, id);
  }
}
