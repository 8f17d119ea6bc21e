/**
 * Names of containers without a database: {@code web.h2.fan-250.internal} names the host, the host's address gives its slice, and the
 * slice's host address is who is asked. {@link io.fanatic.netlink.names.Names} is where to start; docs/names.md describes it.
 *
 * <p>Uses Netty (netty-transport-classes-epoll with its native library, netty-codec-base), which a program that uses this package
 * declares itself: fan-netlink's other users need neither.
 */
@NullMarked
package io.fanatic.netlink.names;

import org.jspecify.annotations.NullMarked;
