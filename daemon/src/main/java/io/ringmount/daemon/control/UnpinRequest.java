package io.ringmount.daemon.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.List;

/**
 * Asks for the copies of files to be evicted like others.
 *
 * @param paths relative to the mount point; none: all that are pinned
 */
public record UnpinRequest(List<String> paths) {
  /**
   * Reads what a peer sent.
   *
   * @throws JsonParseException when it is anything else
   */
  public static UnpinRequest read(JsonObject arguments) {
    return new UnpinRequest(FileArguments.paths(arguments));
  }
}
