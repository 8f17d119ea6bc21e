/** The person's end: what is a terminal, colours, progress, Ctrl-C. */
@NullMarked
package io.fanatic.cli.terminal;

import org.jspecify.annotations.NullMarked;
