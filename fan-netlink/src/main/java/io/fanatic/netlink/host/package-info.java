/**
 * What a host has beside its links and routes: namespaces, sysctls, the nftables table of the fans, DHCP servers. Start at
 * {@link io.fanatic.netlink.host.Namespace}.
 */
@NullMarked
package io.fanatic.netlink.host;

import org.jspecify.annotations.NullMarked;
