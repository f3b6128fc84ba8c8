package io.ringmount.channels;

import java.lang.reflect.Field;

/** What a mount keeps to itself and tests of it must see. */
final class MountInternals {
  private MountInternals() {}

  /** Requests that have been admitted and not given back, of all channels and of the mount. */
  static int budgetTaken(FuseMount mount) throws ReflectiveOperationException {
    SelectedTransport served = (SelectedTransport) field(FuseMount.class, mount, "served");
    Budget shared = served.session().budget();
    int taken = shared == null ? 0 : shared.taken();
    for (Channel channel : served.transport().channels()) {
      taken += budget(channel).taken();
    }
    return taken;
  }

  /** Requests not answered, and those given up that still run. */
  static int inFlight(FuseMount mount) throws ReflectiveOperationException {
    SelectedTransport served = (SelectedTransport) field(FuseMount.class, mount, "served");
    return served.transport().channels().stream().mapToInt(Channel::inFlight).sum();
  }

  static Budget budget(Channel channel) throws ReflectiveOperationException {
    RequestScheduler scheduler = channel.scheduler();
    return (Budget)
        field(Admission.class, field(RequestScheduler.class, scheduler, "admission"), "own");
  }

  private static Object field(Class<?> type, Object object, String name)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }
}
