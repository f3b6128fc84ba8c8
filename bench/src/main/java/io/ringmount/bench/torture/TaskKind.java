package io.ringmount.bench.torture;

import java.io.IOException;

/** Every kind of task. */
enum TaskKind {
  FIXED_FILES(FixedFiles::start),
  PUBLICATION(Publication::start),
  DIRECTORIES(Directories::start),
  APPENDS(Appends::alone),
  SHARED_APPENDS(Appends::shared),
  LISTING(Listing::alone),
  SHARED_LISTING(Listing::shared),
  LOCKS(Locks::start),
  DELETED_FILES(DeletedFiles::start),
  LINKS(Links::start),
  RENAMES(Renames::start),
  ATTRIBUTES(AttributeChanges::start);

  private interface Starter {
    Task start(Calls calls, TaskPlace place) throws IOException, ViolationException;
  }

  private final Starter starter;

  TaskKind(Starter starter) {
    this.starter = starter;
  }

  /** Sets a task up. */
  Task start(Calls calls, TaskPlace place) throws IOException, ViolationException {
    return starter.start(calls, place);
  }
}
