/**
 * Real container engines, and systemd-networkd, as daemons of a lab's hosts: each host has its own, on the usual sockets, as a real machine has.
 *
 * <pre>{@code
 * try (Dockerd docker = Dockerd.start(lab.hosts().get(0))) {
 *     docker.docker("run", "-d", "busybox", "sleep", "1000").orThrow();
 * }
 * }</pre>
 *
 * <p>Nothing is pulled: the image is made of the machine's static busybox. Closing a daemon ends it and what it started, by
 * process number, and removes its data. Needs root, and the engines' packages (scripts/setup).
 */
@NullMarked
package io.fanatic.cli.daemon;

import org.jspecify.annotations.NullMarked;
