/**
 * The kernel's network objects over rtnetlink(7), one noun per file: routes are in {@link
 * io.fanatic.netlink.route.Routes}. Each class works on a {@link io.fanatic.netlink.wire.NetlinkSocket} and so in one
 * network namespace; its lists contain plain records. Addresses, neighbours, routes and rules
 * are of both families.
 *
 * <pre>
 *   try (NetlinkSocket socket = NetlinkSocket.open()) {
 *       for (Link link : new Links(socket).list()) {
 *           System.out.println(link.name());
 *       }
 *   }
 * </pre>
 *
 * <p>Every method may throw {@link io.fanatic.netlink.wire.NetlinkException} with the kernel's errno and words. Every
 * {@code list} may throw {@link io.fanatic.netlink.wire.DumpInterruptedException}, after ten tries, when the objects keep
 * changing while they are listed. Interface indexes are positive; 0 stands for "none".
 */
@NullMarked
package io.fanatic.netlink.route;

import org.jspecify.annotations.NullMarked;
