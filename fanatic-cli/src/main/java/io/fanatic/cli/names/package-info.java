/** The commands for names of containers: the server, what a name leads to, and what sends queries to the server. */
@NullMarked
package io.fanatic.cli.names;

import org.jspecify.annotations.NullMarked;
