package io.fanatic.netlink.route;

import io.fanatic.core.MacAddress;
import java.util.Optional;

/**
 * A network interface.
 *
 * @param index the kernel's number for it, unique in its namespace while it exists
 * @param name at most 15 bytes
 * @param kind {@code bridge}, {@code vxlan}, {@code veth} and so on; empty for hardware and the loopback
 * @param mtu bytes of the largest packet
 * @param mac its Ethernet address; all zeros when it has none
 * @param up whether it was switched on (IFF_UP)
 * @param running whether it can carry packets (IFF_RUNNING): switched on and, where there is a cable, plugged in
 * @param master the bridge, bond or VRF that it is a port of; 0 when none
 * @param lower the device beneath it or the veth's peer, which may be in another namespace; 0 when none
 * @param group the device group, 0 by default
 * @param alias the free text of {@code ip link set alias}; empty when none
 * @param spanningTree whether it is a bridge that runs the spanning tree protocol, and so keeps a new port silent for a while
 * @param ageing after how long a bridge forgets an Ethernet address that it does not hear from, in hundredths of a second; 0 for others
 * @param ipv6 whether the host takes and sends IPv6 on it; not where the kernel has none, or the MTU is too small for it
 * @param arpAnnounce which address of the host its ARP gives as the sender (net.ipv4.conf.*.arp_announce): 0 any, 2 one of the device's
 *     own where there is one
 * @param vxlan what a link of kind {@code vxlan} has beside that
 * @param ipip what a link of kind {@code ipip} has beside that
 */
public record Link(
        int index,
        String name,
        String kind,
        int mtu,
        MacAddress mac,
        boolean up,
        boolean running,
        int master,
        int lower,
        int group,
        String alias,
        boolean spanningTree,
        int ageing,
        boolean ipv6,
        int arpAnnounce,
        Optional<VxlanSettings> vxlan,
        Optional<IpipSettings> ipip) {}
