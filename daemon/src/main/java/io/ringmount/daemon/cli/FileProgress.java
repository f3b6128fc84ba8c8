package io.ringmount.daemon.cli;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far it is: a bar on a terminal, else a line now and then. On standard error. */
final class FileProgress implements AutoCloseable {
  private static final int WIDTH = 100;
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MEBIBYTE = 1 << 20;

  /** Null where there is no terminal. */
  private final ProgressBar bar;

  private long nextLine = System.nanoTime() + LINE_NANOS;

  private FileProgress(ProgressBar bar) {
    this.bar = bar;
  }

  static FileProgress begin() {
    boolean terminal = System.console() != null && System.console().isTerminal();
    return new FileProgress(
        terminal
            ? new ProgressBarBuilder()
                .setTaskName("files")
                .setStyle(ProgressBarStyle.ASCII)
                .setInitialMax(0)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .build()
            : null);
  }

  /**
   * @param bytes that are done
   * @param done files that need no more
   * @param files in all
   */
  void show(long bytes, int done, int files) {
    if (bar != null) {
      bar.maxHint(files);
      bar.stepTo(done);
      bar.setExtraMessage(bytes / MEBIBYTE + " MiB");
    } else if (System.nanoTime() - nextLine > 0) {
      System.err.printf("%d of %d files, %d MiB%n", done, files, bytes / MEBIBYTE);
      nextLine = System.nanoTime() + LINE_NANOS;
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
