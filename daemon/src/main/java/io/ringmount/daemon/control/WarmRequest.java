package io.ringmount.daemon.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks for files to be copied into the cache.
 *
 * @param paths relative to the mount point
 */
public record WarmRequest(List<String> paths) {
  /**
   * Reads what a peer sent.
   *
   * @throws JsonParseException when it is anything else
   */
  public static WarmRequest read(JsonObject arguments) {
    if (!(arguments.get("paths") instanceof JsonArray given)) {
      throw new JsonParseException("paths is no list");
    }
    List<String> paths = new ArrayList<>();
    for (JsonElement each : given) {
      if (!(each instanceof JsonPrimitive path)
          || !path.isString()
          || path.getAsString().indexOf('\0') >= 0) {
        throw new JsonParseException("a path is no text");
      }
      paths.add(path.getAsString());
    }
    return new WarmRequest(paths);
  }
}
