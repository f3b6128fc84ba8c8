package io.ringmount.channels;

import io.ringmount.channels.linux.FuseDevice;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests that mount the real {@code /dev/fuse}. Where the machine cannot, they are skipped with
 * the reason; with {@code RINGMOUNT_REQUIRE_FUSE=1} in the environment they fail instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresFuse.Condition.class)
public @interface RequiresFuse {
  /** Looks at the machine, and switches FUSE over io_uring on where that is possible. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<String> obstacle = obstacle();
      if (obstacle.isEmpty()) {
        return ConditionEvaluationResult.enabled("FUSE can be mounted");
      }
      if ("1".equals(System.getenv("RINGMOUNT_REQUIRE_FUSE"))) {
        throw new IllegalStateException("RINGMOUNT_REQUIRE_FUSE is set, but " + obstacle.get());
      }
      return ConditionEvaluationResult.disabled(obstacle.get());
    }

    private static Optional<String> obstacle() {
      if (!Files.isReadable(FuseDevice.PATH) || !Files.isWritable(FuseDevice.PATH)) {
        return Optional.of(FuseDevice.PATH + " cannot be opened");
      }
      if (!"root".equals(System.getProperty("user.name"))) {
        return Optional.of("mounting needs root");
      }
      if (!FuseDevice.uringEnabled()) {
        try {
          Files.writeString(FuseDevice.ENABLE_URING, "Y");
        } catch (IOException e) {
          return Optional.of("FUSE over io_uring cannot be switched on: " + e);
        }
      }
      return Optional.empty();
    }
  }
}
