package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;

/**
 * An entry of the ARP cache, or of the IPv6 neighbours.
 *
 * @param index the interface
 * @param address of the neighbour
 * @param mac its Ethernet address; all zeros while it is not known
 * @param state NUD_* of linux/neighbour.h
 * @param flags NTF_* of linux/neighbour.h
 */
public record Neighbour(int index, IpAddress address, MacAddress mac, int state, int flags) {
    /** The address of what {@link Neighbours#list()} lists. */
    public Ipv4Address ipv4() {
        return (Ipv4Address) address;
    }

    /** Whether it was configured and stays, unlike one that was learned. */
    public boolean permanent() {
        return (state & Neighbours.NUD_PERMANENT) != 0;
    }

    /** Whether the kernel made it for addresses that need no asking, such as multicast. */
    public boolean noArp() {
        return (state & Neighbours.NUD_NOARP) != 0;
    }

    /** Whether it was learned by asking and is known now; false while the question is open and once nobody answered. */
    public boolean learned() {
        return (state & Neighbours.NUD_LEARNED) != 0;
    }
}
