/**
 * Sockets as plain descriptors on Netty's event loops, for the packages that speak to the network: {@link
 * io.fanatic.harness.net.EpollHandle} is where to start. Not part of the API.
 */
@NullMarked
package io.fanatic.harness.net;

import org.jspecify.annotations.NullMarked;
