/** LXD and Incus, which share an API: a profile whose instances are on the fan. */
@NullMarked
package io.fanatic.cli.container.lxd;

import org.jspecify.annotations.NullMarked;
