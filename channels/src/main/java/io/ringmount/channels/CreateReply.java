package io.ringmount.channels;

/** Answers with a new file, open. */
public interface CreateReply extends EntryReply, OpenReply {}
