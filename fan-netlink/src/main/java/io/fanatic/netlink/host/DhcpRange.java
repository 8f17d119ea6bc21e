package io.fanatic.netlink.host;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;

/**
 * Addresses to be leased, and what their holders are told.
 *
 * @param first the first address
 * @param last the last address
 * @param prefixLength of the network that they reach directly: the overlay's, or the slice's
 * @param router the default gateway: the host address
 */
public record DhcpRange(Ipv4Address first, Ipv4Address last, int prefixLength, Ipv4Address router) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when the last address comes before the first
     */
    public DhcpRange {
        if (last.compareTo(first) < 0) {
            throw new IllegalArgumentException("a DHCP range from " + first + " back to " + last);
        }
    }

    /**
     * {@return all of a slice past its host reserve, for containers of a fan with this kind of tunnel}
     *
     * @param slice the addresses' owner
     * @param type the tunnel's kind
     */
    public static DhcpRange of(FanSlice slice, TunnelType type) {
        return new DhcpRange(
                slice.firstContainerAddress(),
                slice.lastContainerAddress(),
                type.prefixLength(slice.mapping()),
                slice.hostAddress());
    }

    /** {@return how many addresses there are, at least 1} */
    public long size() {
        return (last.bits() & 0xffffffffL) - (first.bits() & 0xffffffffL) + 1;
    }

    /** {@code 250.0.45.2-250.0.45.254}. */
    @Override
    public String toString() {
        return first + "-" + last;
    }
}
