/**
 * Netlink (RFC 3549, netlink(7), linux/netlink.h) without a word about links or routes: a {@link
 * io.fanatic.netlink.wire.Request} is written, a {@link io.fanatic.netlink.wire.NetlinkSocket} carries it to the kernel, a
 * {@link io.fanatic.netlink.wire.Reply} with its {@link io.fanatic.netlink.wire.Attributes} is read.
 *
 * <pre>
 *   try (NetlinkSocket socket = NetlinkSocket.open()) {
 *       Request request = socket.request(RTM_DELLINK, 0).put8(AF_UNSPEC).put8(0).put16(0).put32(index).put32(0).put32(0);
 *       socket.execute("delete link 7", request);
 *   }
 * </pre>
 *
 * <p>Numbers are in native byte order where the name does not say {@code be}. Whatever goes wrong, from a refusal to a
 * reply that makes no sense, is a {@link io.fanatic.netlink.wire.NetlinkException}.
 */
@NullMarked
package io.fanatic.netlink.wire;

import org.jspecify.annotations.NullMarked;
