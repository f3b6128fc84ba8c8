/**
 * Configuration: one table says every option's name, type, range, default and meaning; mount
 * options, {@code --help}, the tuning file and {@code tune} all go through it.
 */
package io.ringmount.daemon.config;
