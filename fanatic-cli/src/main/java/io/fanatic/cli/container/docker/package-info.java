/** Docker: its network on the fan's bridge, its default bridge as a fan, and its forwarding rules. */
@NullMarked
package io.fanatic.cli.container.docker;

import org.jspecify.annotations.NullMarked;
