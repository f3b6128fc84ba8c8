package io.ringmount.daemon.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A command that failed: one line for each thing to say, and the exit code. */
final class CommandFailure extends Exception {
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandFailure(int exitCode, List<String> lines, Throwable cause) {
    super(lines.stream().map(CommandFailure::oneLine).collect(Collectors.joining("\n")), cause);
    this.exitCode = exitCode;
  }

  /**
   * @param what went wrong
   * @param where a path, an option; may be empty
   * @param remedy what to do about it; may be empty
   */
  CommandFailure(String what, String where, String remedy) {
    this(FAILED, List.of(line(what, where, remedy)), null);
  }

  /**
   * @param what was tried
   * @param cause says what went wrong, and after a semicolon perhaps the remedy
   */
  CommandFailure(String what, String where, Throwable cause) {
    this(FAILED, List.of(line(what, where, cause)), cause);
  }

  /** Says what another process said. */
  static CommandFailure reported(String line) {
    return new CommandFailure(FAILED, List.of(line), null);
  }

  /** Wrong usage, perhaps in several ways. */
  static CommandFailure usage(List<String> lines) {
    return new CommandFailure(WRONG_USAGE, lines, null);
  }

  int exitCode() {
    return exitCode;
  }

  /** What standard error gets, without the program's name. */
  List<String> lines() {
    return getMessage().lines().toList();
  }

  static String line(String what, String where, String remedy) {
    return what + (where.isEmpty() ? "" : ", " + where) + (remedy.isEmpty() ? "" : "; " + remedy);
  }

  private static String line(String what, String where, Throwable cause) {
    String full = describe(cause);
    boolean repeats = !where.isEmpty() && full.startsWith(where + ": ");
    String reason = repeats ? full.substring(where.length() + 2) : full;
    int remedy = reason.indexOf("; ");
    return remedy < 0
        ? line(what + ": " + reason, where, "")
        : line(what + ": " + reason.substring(0, remedy), where, reason.substring(remedy + 2));
  }

  /** The messages of an exception and its causes, each once. */
  static String describe(Throwable failure) {
    List<String> messages = new ArrayList<>();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each.getMessage() == null && !messages.isEmpty()) {
        continue; // Its bare name would explain nothing.
      }
      String message = message(each);
      if (messages.stream().noneMatch(said -> said.contains(message))) {
        messages.add(message);
      }
    }
    return oneLine(String.join(": ", messages));
  }

  /** Java's file exceptions have the path alone as their message. */
  private static String message(Throwable failure) {
    String reason =
        switch (failure) {
          case NoSuchFileException _ -> "no such file or directory";
          case AccessDeniedException _ -> "permission denied";
          case NotDirectoryException _ -> "not a directory";
          case FileAlreadyExistsException _ -> "exists already";
          default -> null;
        };
    if (reason != null) {
      return ((FileSystemException) failure).getFile() + ": " + reason;
    }
    boolean saysEnough = failure.getMessage() != null && !(failure instanceof RuntimeException);
    return saysEnough ? failure.getMessage() : failure.toString();
  }

  static String oneLine(String text) {
    return text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
