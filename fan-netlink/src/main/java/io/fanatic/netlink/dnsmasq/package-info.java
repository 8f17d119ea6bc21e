/** The DHCP server of a fan: a dnsmasq that is started, found again by its configuration and stopped. */
@NullMarked
package io.fanatic.netlink.dnsmasq;

import org.jspecify.annotations.NullMarked;
