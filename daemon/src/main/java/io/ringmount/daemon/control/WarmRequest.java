package io.ringmount.daemon.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.List;

/**
 * Asks for files to be copied into the cache.
 *
 * @param paths relative to the mount point
 * @param pin whether their copies are to stay
 */
public record WarmRequest(List<String> paths, boolean pin) {
  /**
   * Reads what a peer sent.
   *
   * @throws JsonParseException when it is anything else
   */
  public static WarmRequest read(JsonObject arguments) {
    return new WarmRequest(FileArguments.paths(arguments), FileArguments.flag(arguments, "pin"));
  }
}
