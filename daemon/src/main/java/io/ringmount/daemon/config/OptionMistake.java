package io.ringmount.daemon.config;

/**
 * One thing wrong with options that were given.
 *
 * @param what such as {@code slots=5000 is out of range}
 * @param remedy such as {@code use 1 to 1024}
 */
public record OptionMistake(String what, String remedy) {}
