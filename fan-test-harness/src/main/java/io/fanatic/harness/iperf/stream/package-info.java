/** The ends of streams, TCP and UDP: they send at a rate, receive, and count. */
@NullMarked
package io.fanatic.harness.iperf.stream;

import org.jspecify.annotations.NullMarked;
