package io.ringmount.daemon.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.List;

/**
 * Asks for copies to be compared to their checksums, or how far that is.
 *
 * @param paths of the files, relative to the mount point; none: all files
 * @param pass which one is meant; 0: a new one is to begin
 */
public record VerifyRequest(List<String> paths, long pass) {
  /**
   * Reads what a peer sent.
   *
   * @throws JsonParseException when it is anything else
   */
  public static VerifyRequest read(JsonObject arguments) {
    return new VerifyRequest(
        FileArguments.paths(arguments), FileArguments.number(arguments, "pass"));
  }
}
