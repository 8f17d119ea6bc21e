package io.fanatic.netlink.host;

import io.fanatic.core.Delivery;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Share;
import io.fanatic.core.Shares;

/**
 * Addresses to lease, and the options sent with them.
 *
 * @param first the first address
 * @param last the last address
 * @param prefixLength of the network that they reach directly: the overlay's, or the slice's
 * @param router the default gateway: the host address
 * @param slice all container addresses of the slice; who has one of them by an earlier lease keeps it until that ends
 */
public record DhcpRange(Ipv4Address first, Ipv4Address last, int prefixLength, Ipv4Address router, Ipv4Range slice) {

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
     * {@return the share of DHCP in a slice, for containers of a fan with this delivery}
     *
     * @param slice the addresses' owner
     * @param delivery of the fan
     * @param shares how the slice is divided
     * @throws IllegalArgumentException when the share has no address for a container
     */
    public static DhcpRange of(FanSlice slice, Delivery delivery, Shares shares) {
        Ipv4Range range = shares.requireRange(Share.DHCP, slice);
        return new DhcpRange(
                range.first(),
                range.last(),
                delivery.prefixLength(slice.mapping()),
                slice.hostAddress(),
                slice.containerAddresses());
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

    /**
     * {@return whether an address of this range is leased to any client}
     *
     * @param address any address
     */
    public boolean contains(Ipv4Address address) {
        return first.compareTo(address) <= 0 && address.compareTo(last) <= 0;
    }
}
