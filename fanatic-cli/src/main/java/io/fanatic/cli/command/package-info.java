/**
 * What every command is made of. Start at {@link io.fanatic.cli.command.Command}; what its result means is told in {@link
 * io.fanatic.cli.command.ExitCode}.
 */
@NullMarked
package io.fanatic.cli.command;

import org.jspecify.annotations.NullMarked;
