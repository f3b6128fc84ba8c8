package io.ringmount.daemon.cli;

import com.google.gson.JsonObject;
import io.ringmount.channels.ChannelStatus;
import io.ringmount.channels.FuseMount;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.LiveSettings;
import io.ringmount.daemon.control.ControlServer;
import io.ringmount.daemon.control.TuneReply;
import io.ringmount.daemon.control.TuneRequest;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's answer to {@code tune}. */
final class TuneAnswer implements ControlServer.Answer {
  private static final Logger LOG = LoggerFactory.getLogger(TuneAnswer.class);

  private final FuseMount mount;
  private final LiveSettings settings;
  private final Consumer<LiveSettings> onChange;

  /**
   * @param onChange is told after each change
   */
  TuneAnswer(FuseMount mount, LiveSettings settings, Consumer<LiveSettings> onChange) {
    this.mount = mount;
    this.settings = settings;
    this.onChange = onChange;
  }

  @Override
  public TuneReply to(JsonObject arguments) throws IOException {
    TuneRequest request = TuneRequest.read(arguments);
    OptionalInt core =
        request.core() == null ? OptionalInt.empty() : OptionalInt.of(request.core());
    List<Integer> cpus =
        mount.channels().stream().map(ChannelStatus::cpu).filter(cpu -> cpu >= 0).toList();
    try {
      List<LiveSettings.Change> changes = settings.change(core, cpus, request.set());
      changes.forEach(each ->
          LOG.info(
              "{}{} changed from {} to {}",
              each.setting(),
              core.isPresent() ? " of CPU " + core.getAsInt() : "",
              each.from(),
              each.to()));
      if (!changes.isEmpty()) {
        onChange.accept(settings);
      }
      return reply(
          changes.stream()
              .map(each -> new TuneReply.Change(each.setting(), each.from(), each.to()))
              .toList(),
          List.of());
    } catch (InvalidOptionsException e) {
      return reply(
          List.of(),
          e.mistakes().stream()
              .map(each -> new TuneReply.Mistake(each.what(), each.remedy()))
              .toList());
    }
  }

  private TuneReply reply(List<TuneReply.Change> changes, List<TuneReply.Mistake> mistakes) {
    return new TuneReply(changes, settings.values(), settings.coreValues(), mistakes);
  }
}
