package io.ringmount.daemon.faults;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs inside a daemon, loaded when it is to go wrong. */
public final class FaultAgent {
  static final String FILL_HEAP = "fill heap";
  static final String EXIT = "exit";
  static final String LOOP = "loop";

  /** Whose method runs on the channel's thread for each request. */
  private static final String DISPATCHER = "io.ringmount.channels.Dispatcher";

  private static final String DISPATCH = "dispatch";
  private static final String CHANNEL_THREADS = "channel-";
  private static final int CHUNK = 1 << 20;

  private static final AtomicBoolean LOOPS = new AtomicBoolean();

  private FaultAgent() {}

  /** Begins the fault; the daemon may end before this returns. */
  public static void agentmain(String fault, Instrumentation instrumentation)
      throws UnmodifiableClassException {
    switch (fault) {
      case FILL_HEAP -> Thread.ofPlatform().start(FaultAgent::fillHeap);
      case EXIT -> Thread.ofPlatform().start(() -> System.exit(0));
      case LOOP -> loop(instrumentation);
      default -> throw new IllegalArgumentException(fault);
    }
  }

  private static void fillHeap() {
    List<byte[]> filled = new ArrayList<>();
    while (!filled.contains(null)) {
      filled.add(new byte[CHUNK]);
    }
  }

  private static void loop(Instrumentation instrumentation) throws UnmodifiableClassException {
    instrumentation.addTransformer(new Loop(), true);
    for (Class<?> each : instrumentation.getAllLoadedClasses()) {
      if (each.getName().equals(DISPATCHER)) {
        instrumentation.retransformClasses(each);
      }
    }
  }

  /** The first channel thread that comes here stays. */
  public static void beforeRequest() {
    if (Thread.currentThread().getName().startsWith(CHANNEL_THREADS)
        && LOOPS.compareAndSet(false, true)) {
      while (LOOPS.get()) {
        Thread.onSpinWait();
      }
    }
  }

  /** Has each request call {@link #beforeRequest} first. */
  private static final class Loop implements ClassFileTransformer {
    private static final ClassDesc AGENT = FaultAgent.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc CALL = MethodTypeDesc.of(ConstantDescs.CD_void);

    @Override
    public byte[] transform(
        ClassLoader loader,
        String name,
        Class<?> redefined,
        ProtectionDomain domain,
        byte[] content) {
      if (!name.equals(DISPATCHER.replace('.', '/'))) {
        return null;
      }
      ClassFile classes = ClassFile.of();
      return classes.transformClass(
          classes.parse(content),
          ClassTransform.transformingMethodBodies(
              method -> method.methodName().equalsString(DISPATCH), new CallFirst()));
    }

    private static final class CallFirst implements CodeTransform {
      @Override
      public void atStart(CodeBuilder code) {
        code.invokestatic(AGENT, "beforeRequest", CALL);
      }

      @Override
      public void accept(CodeBuilder code, CodeElement element) {
        code.with(element);
      }
    }
  }
}
