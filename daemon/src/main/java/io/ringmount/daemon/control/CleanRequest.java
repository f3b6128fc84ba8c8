package io.ringmount.daemon.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.List;

/**
 * Asks for copies to be removed.
 *
 * @param paths of the files, relative to the mount point; none: all files
 * @param unusedSeconds only copies that nobody has used for so long; 0: also those that are used
 */
public record CleanRequest(List<String> paths, long unusedSeconds) {
  /**
   * Reads what a peer sent.
   *
   * @throws JsonParseException when it is anything else
   */
  public static CleanRequest read(JsonObject arguments) {
    return new CleanRequest(
        FileArguments.paths(arguments), FileArguments.number(arguments, "unusedSeconds"));
  }
}
