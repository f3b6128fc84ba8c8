package io.ringmount.channels;

import io.ringmount.channels.wire.GetxattrIn;
import io.ringmount.channels.wire.SetxattrIn;

/**
 * The operations on extended attributes: decodes their arguments and calls the file system. Each
 * says false, and calls nothing, when its request is malformed. Belongs to one channel thread.
 */
final class XattrOperations {
  private final FileSystem fileSystem;
  private final Arguments arguments = new Arguments();

  private final GetxattrIn getxattr = new GetxattrIn();
  private final SetxattrIn setxattr = new SetxattrIn();

  XattrOperations(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  boolean set(Exchange x, long in) {
    setxattr.wrap(in);
    int size = setxattr.size();
    if (!arguments.of(x.slot().request()).takeString(x.name)
        || size < 0
        || size != arguments.remaining()) {
      return false;
    }
    x.value.wrap(arguments.position(), size);
    fileSystem.setxattr(x, x.node(), x.name, x.value, setxattr.flags(), x);
    return true;
  }

  boolean get(Exchange x, long in) {
    getxattr.wrap(in);
    if (!arguments.of(x.slot().request()).takeString(x.name) || getxattr.size() < 0) {
      return false;
    }
    x.stageXattr(getxattr.size());
    fileSystem.getxattr(x, x.node(), x.name, x);
    return true;
  }

  boolean list(Exchange x, long in) {
    getxattr.wrap(in);
    if (getxattr.size() < 0) {
      return false;
    }
    x.stageXattr(getxattr.size());
    fileSystem.listxattr(x, x.node(), x);
    return true;
  }

  boolean remove(Exchange x) {
    if (!arguments.of(x.slot().request()).takeString(x.name)) {
      return false;
    }
    fileSystem.removexattr(x, x.node(), x.name, x);
    return true;
  }
}
