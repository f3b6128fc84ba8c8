package io.ringmount.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What all clients use together: made on the source directory, before it is mounted. */
final class SharedDirectory {
  /** A client's own directory is the one with its number beside this. */
  private static final String NAME = "shared";

  private static final String APPENDED = "appended";
  private static final String NAMES = "names";
  private static final String LOCKS = "locks";

  private SharedDirectory() {}

  /** Makes it for so many clients. */
  static void make(Path root, int clients) throws IOException {
    Path shared = Files.createDirectory(of(root));
    Files.createFile(appended(shared));
    Files.createDirectory(names(shared));
    Files.createDirectory(shared.resolve(LOCKS));
    Files.createFile(turns(shared));
    for (int i = 0; i < clients; i++) {
      Files.createFile(heldLock(shared, i));
    }
  }

  static Path of(Path root) {
    return root.resolve(NAME);
  }

  /** All append to this file. */
  static Path appended(Path shared) {
    return shared.resolve(APPENDED);
  }

  /** All make and remove names here. */
  static Path names(Path shared) {
    return shared.resolve(NAMES);
  }

  /** The file that a client has locked all the time. */
  static Path heldLock(Path shared, int client) {
    return shared.resolve(LOCKS).resolve("held-" + client);
  }

  /** The file that one after the other locks and writes to. */
  static Path turns(Path shared) {
    return shared.resolve(LOCKS).resolve("turns");
  }
}
