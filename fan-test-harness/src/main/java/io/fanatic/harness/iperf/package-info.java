/**
 * Throughput by the protocol of iperf3 (3.x), both roles: {@link io.fanatic.harness.iperf.IperfClient} measures against a stock
 * {@code iperf3 -s} or against {@link io.fanatic.harness.iperf.IperfServer}, which also serves a stock {@code iperf3 -c}.
 *
 * <pre>{@code
 * try (Probes probes = Probes.open()) {
 *     Throughput result = IperfClient.to(Ipv4Address.parse("250.0.2.1"))
 *             .start(probes, IperfSpec.tcp().withTestLength(TestLength.seconds(2)))
 *             .join();
 * }
 * }</pre>
 *
 * <p>The protocol, as it goes over the control connection (client left, server right; numbers are {@link
 * io.fanatic.harness.iperf.protocol.State}):
 *
 * <pre>
 *   cookie, 37 bytes ->
 *                       &lt;- PARAM_EXCHANGE
 *   parameters (JSON) ->
 *                       &lt;- CREATE_STREAMS
 *   (connects each stream; TCP streams begin with the cookie, UDP streams with a datagram each way)
 *                       &lt;- TEST_START, TEST_RUNNING
 *   (data, as long as the client likes)
 *   TEST_END ->
 *                       &lt;- EXCHANGE_RESULTS
 *   results (JSON) ->
 *                       &lt;- results (JSON), DISPLAY_RESULTS
 *   IPERF_DONE ->
 * </pre>
 *
 * JSON is preceded by its length, four bytes, big endian.
 */
@NullMarked
package io.fanatic.harness.iperf;

import org.jspecify.annotations.NullMarked;
