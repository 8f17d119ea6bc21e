/**
 * What to measure and what came of it: {@link io.fanatic.harness.throughput.IperfSpec} says how much is sent, which way and
 * how; {@link io.fanatic.harness.throughput.Throughput} is the result. {@link io.fanatic.harness.iperf.IperfClient} measures.
 */
@NullMarked
package io.fanatic.harness.throughput;

import org.jspecify.annotations.NullMarked;
