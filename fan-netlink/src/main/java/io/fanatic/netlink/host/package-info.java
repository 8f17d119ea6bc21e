/**
 * What a host has beside its links and routes: namespaces, sysctls, name servers, leases, and a snapshot to compare. Start at
 * {@link io.fanatic.netlink.host.Namespace}.
 */
@NullMarked
package io.fanatic.netlink.host;

import org.jspecify.annotations.NullMarked;
