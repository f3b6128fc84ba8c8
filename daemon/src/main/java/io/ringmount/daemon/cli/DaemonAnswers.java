package io.ringmount.daemon.cli;

import com.google.gson.JsonObject;
import io.ringmount.daemon.cache.Cache;
import io.ringmount.daemon.cache.Cleaned;
import io.ringmount.daemon.cache.FileKey;
import io.ringmount.daemon.cache.Verification;
import io.ringmount.daemon.config.LiveSettings;
import io.ringmount.daemon.control.CleanRequest;
import io.ringmount.daemon.control.ControlServer.Answer;
import io.ringmount.daemon.control.UnpinReply;
import io.ringmount.daemon.control.UnpinRequest;
import io.ringmount.daemon.control.VerifyRequest;
import io.ringmount.daemon.control.WarmReply;
import io.ringmount.daemon.control.WarmRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a daemon answers on its control socket. */
final class DaemonAnswers {
  private final Service service;

  private DaemonAnswers(Service service) {
    this.service = service;
  }

  /**
   * By the name of the request.
   *
   * @param watchdog its process, if there is one
   * @param onTune is told after each change of the settings
   */
  static Map<String, Answer> of(
      Service service, Supplier<OptionalLong> watchdog, Consumer<LiveSettings> onTune) {
    LiveSettings live = new LiveSettings(service.mount()::tuning, service.mount()::tune);
    DaemonAnswers answers = new DaemonAnswers(service);
    return Map.of(
        "status",
        new StatusAnswer(service, live, watchdog),
        "tune",
        new TuneAnswer(service.mount(), live, onTune),
        "warm",
        answers::warm,
        "unpin",
        answers::unpin,
        "clean",
        answers::clean,
        "verify",
        answers::verify);
  }

  private Cache cache() throws IOException {
    if (service.cache() == null) {
      throw new IOException("this mount has no cache");
    }
    return service.cache();
  }

  private List<FileKey> keys(List<String> paths) {
    return paths.stream().map(service.fileSystem()::cacheKey).flatMap(Optional::stream).toList();
  }

  private WarmReply warm(JsonObject arguments) throws IOException {
    WarmRequest request = WarmRequest.read(arguments);
    cache();
    return new WarmReply(
        request.paths().stream()
            .map(each -> service.fileSystem().warm(each, request.pin()))
            .toList());
  }

  private UnpinReply unpin(JsonObject arguments) throws IOException {
    List<String> paths = UnpinRequest.read(arguments).paths();
    return new UnpinReply(cache().unpin(paths.isEmpty() ? cache().pins() : keys(paths)));
  }

  private Cleaned clean(JsonObject arguments) throws IOException {
    CleanRequest request = CleanRequest.read(arguments);
    if (!request.paths().isEmpty()) {
      return cache().clean(keys(request.paths()));
    }
    return request.unusedSeconds() == 0
        ? cache().clean(cache().all())
        : cache().clean(request.unusedSeconds());
  }

  private Verification verify(JsonObject arguments) throws IOException {
    VerifyRequest request = VerifyRequest.read(arguments);
    if (request.pass() > 0) {
      return cache().verification(request.pass());
    }
    List<String> paths = request.paths();
    return cache().verify(paths.isEmpty() ? cache().all() : keys(paths));
  }
}
