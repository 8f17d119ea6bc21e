/**
 * The face: {@code fanctl} and {@code fanatic}. Start at {@link io.fanatic.cli.Fanctl}; what a command looks like is told
 * in {@link io.fanatic.cli.command.Command}.
 */
@NullMarked
package io.fanatic.cli;

import org.jspecify.annotations.NullMarked;
