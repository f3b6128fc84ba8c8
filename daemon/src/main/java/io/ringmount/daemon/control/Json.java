package io.ringmount.daemon.control;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;

/** The project's JSON: nulls are written, so that a field that others rely on is always there. */
public final class Json {
  private static final Gson LINE = builder().create();
  private static final Gson PRETTY = builder().setPrettyPrinting().create();

  private Json() {}

  private static GsonBuilder builder() {
    return new GsonBuilder().serializeNulls().disableHtmlEscaping();
  }

  /** One line, for sockets and files. */
  public static String line(Object value) {
    return LINE.toJson(value);
  }

  /** For people and pipes. */
  public static String pretty(Object value) {
    return PRETTY.toJson(value);
  }

  public static JsonElement tree(Object value) {
    return LINE.toJsonTree(value);
  }

  /**
   * Reads text that may be anything.
   *
   * @throws JsonParseException when it is not one JSON value of this type; never null
   */
  public static <T> T parse(String text, Class<T> type) {
    try {
      JsonReader reader = new JsonReader(new StringReader(text));
      reader.setStrictness(Strictness.STRICT);
      JsonElement tree = JsonParser.parseReader(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonParseException("something follows the value");
      }
      return convert(tree, type);
    } catch (JsonParseException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new JsonParseException("not the JSON expected: " + e.getMessage(), e);
    }
  }

  /** As {@link #parse}. */
  public static <T> T convert(JsonElement tree, Class<T> type) {
    T value;
    try {
      value = LINE.fromJson(tree, type);
    } catch (JsonParseException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new JsonParseException("not the JSON expected: " + e.getMessage(), e);
    }
    if (value == null) {
      throw new JsonParseException("it is null");
    }
    return value;
  }
}
