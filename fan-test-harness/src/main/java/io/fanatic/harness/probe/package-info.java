/**
 * Proofs that traffic flows, or does not, between network namespaces: {@link io.fanatic.harness.probe.Ping}, {@link
 * io.fanatic.harness.probe.BulkTransfer} and {@link io.fanatic.harness.probe.Spoof}.
 *
 * <p>A probe makes its sockets inside a namespace and runs them outside, on the event loops of one {@link
 * io.fanatic.harness.probe.Probes}: no process is started, and hundreds run at once. Start there:
 *
 * <pre>{@code
 * try (Probes probes = Probes.open()) {
 *     PingResult ping = Ping.to(Ipv4Address.parse("250.0.2.2")).start(probes, Namespace.named("blue")).join();
 * }
 * }</pre>
 *
 * <p>A failure of the network is part of a result; a probe that cannot be made at all (no root, no such namespace) throws.
 */
@NullMarked
package io.fanatic.harness.probe;

import org.jspecify.annotations.NullMarked;
