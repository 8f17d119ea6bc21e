/**
 * What answers on the other host: echo (RFC 862), discard (RFC 863) and an iperf3 server, for peers in the overlay only and
 * within limits. Start at {@link io.fanatic.harness.serve.Responder}:
 *
 * <pre>{@code
 * ResponderSpec spec = ResponderSpec.at(Ipv4Address.parse("250.0.2.1"), Ipv4Prefix.parse("250.0.0.0/8"));
 * try (Probes probes = Probes.open(); Responder responder = Responder.start(probes, spec, System.out::println)) {
 *     responder.awaitIdle(Duration.ofMinutes(10));
 * }
 * }</pre>
 */
@NullMarked
package io.fanatic.harness.serve;

import org.jspecify.annotations.NullMarked;
