/**
 * Setting up a fan with all that belongs to it: the fan itself, its line in /etc/network/fan, the container engines.
 *
 * <p>Start at {@link io.fanatic.cli.setup.Transition}: it leads a host from what is observed ({@link
 * io.fanatic.cli.setup.FanState}) to what is wanted, and back when a step fails. Whoever asks or prints is elsewhere.
 */
@NullMarked
package io.fanatic.cli.setup;

import org.jspecify.annotations.NullMarked;
