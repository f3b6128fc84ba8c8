package io.ringmount.daemon.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks for other settings of a mount.
 *
 * @param core the CPU they are for; null: the whole mount
 * @param set texts by name; empty: nothing is to change
 */
public record TuneRequest(Integer core, Map<String, String> set) {
  /**
   * Reads what a peer sent. Gson itself would round numbers and take lists for maps.
   *
   * @throws JsonParseException when it is anything else
   */
  public static TuneRequest read(JsonObject arguments) {
    if (!(arguments.get("set") instanceof JsonObject given)) {
      throw new JsonParseException("set is no object");
    }
    Map<String, String> set = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> each : given.entrySet()) {
      if (!(each.getValue() instanceof JsonPrimitive value) || !value.isString()) {
        throw new JsonParseException(each.getKey() + " is no text");
      }
      set.put(each.getKey(), value.getAsString());
    }
    return new TuneRequest(core(arguments.get("core")), set);
  }

  private static Integer core(JsonElement given) {
    if (given == null || given.isJsonNull()) {
      return null;
    }
    if (given instanceof JsonPrimitive value
        && value.isNumber()
        && value.getAsString().matches("-?[0-9]{1,9}")) {
      return value.getAsInt();
    }
    throw new JsonParseException("core is no number of a CPU");
  }
}
