/** Podman: a network in a file, and who is on it. */
@NullMarked
package io.fanatic.cli.container.podman;

import org.jspecify.annotations.NullMarked;
