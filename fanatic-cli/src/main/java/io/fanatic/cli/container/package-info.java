/**
 * The container engines: Docker, LXD and Incus over their own HTTP interfaces, Podman and CNI by a file.
 *
 * <p>Start at {@link io.fanatic.cli.container.ContainerEngine}. What an engine had before us is written to a journal first,
 * so that {@code disable} can put it back.
 */
@NullMarked
package io.fanatic.cli.container;

import org.jspecify.annotations.NullMarked;
