package io.fanatic.cli.command;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out what was asked for, and nothing else
 * @param err errors and progress
 */
public record Console(PrintStream out, PrintStream err) {}
