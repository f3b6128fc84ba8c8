/**
 * The online upgrade: the messages between a mount's watchdog, its daemons and the command that
 * asks for an upgrade; both ends of what they share; what a build must have to be upgraded to.
 */
package io.ringmount.upgrade;
