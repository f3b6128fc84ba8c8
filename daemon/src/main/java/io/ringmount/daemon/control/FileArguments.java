package io.ringmount.daemon.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the arguments of requests about files of the cache, which a peer may have sent as it likes.
 */
final class FileArguments {
  private FileArguments() {}

  /**
   * Paths relative to the mount point.
   *
   * @throws JsonParseException when there is no list of them
   */
  static List<String> paths(JsonObject arguments) {
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
    return paths;
  }

  /**
   * @throws JsonParseException when it is no number from 0
   */
  static long number(JsonObject arguments, String name) {
    if (arguments.get(name) instanceof JsonPrimitive number && number.isNumber()) {
      try {
        long value = number.getAsBigDecimal().longValueExact();
        if (value >= 0) {
          return value;
        }
      } catch (ArithmeticException | NumberFormatException e) {
        throw new JsonParseException(name + " is out of range", e);
      }
    }
    throw new JsonParseException(name + " is no number from 0");
  }

  /**
   * False when it is not there.
   *
   * @throws JsonParseException when it is neither true nor false
   */
  static boolean flag(JsonObject arguments, String name) {
    if (!arguments.has(name)) {
      return false;
    }
    if (arguments.get(name) instanceof JsonPrimitive flag && flag.isBoolean()) {
      return flag.getAsBoolean();
    }
    throw new JsonParseException(name + " is neither true nor false");
  }
}
