/**
 * Configuration: one table says every option's name, type, range, default and meaning; mount
 * options, {@code --help} and what is still to come (the tuning file, {@code tune}) all go through
 * it.
 */
package io.ringmount.daemon.config;
