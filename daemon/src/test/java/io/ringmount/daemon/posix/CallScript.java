package io.ringmount.daemon.posix;

import java.util.function.Consumer;

/** System calls to make in a directory of their own. */
record CallScript(String name, Consumer<CallTranscript> calls) {}
