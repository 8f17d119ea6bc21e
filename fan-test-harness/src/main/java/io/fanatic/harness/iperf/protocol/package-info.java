/** What goes over the wire besides the data: states, cookies, parameters and results as JSON, the datagrams of the UDP handshake. */
@NullMarked
package io.fanatic.harness.iperf.protocol;

import org.jspecify.annotations.NullMarked;
