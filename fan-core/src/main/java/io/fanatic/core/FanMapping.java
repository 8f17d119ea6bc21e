package io.fanatic.core;

/**
 * One fan's arithmetic: an overlay mapped onto an underlay. The host part of an underlay address, shifted left by
 * {@link #shift()}, names the slice of the overlay that this address owns; the reverse is as plain.
 *
 * <pre>
 *   overlay  250.0.0.0/8      250 | host part      | container     slice = overlay | host &lt;&lt; shift
 *   underlay 10.0.0.0/16      10.0     | host part                 shift = 16 - 8
 * </pre>
 *
 * <p>The methods on {@code int} take and give address bits, most significant octet first; they neither check nor
 * allocate, and are meant for hot paths. The others check.
 *
 * @param overlay the network that containers see, with prefix length o
 * @param underlay the network that hosts have, with prefix length u
 */
public record FanMapping(Cidr overlay, Cidr underlay) {

    /** The longest slice prefix that still leaves room for a host address and a container. */
    public static final int LONGEST_SLICE_PREFIX = 30;

    /**
     * @throws IllegalArgumentException when the arithmetic makes no sense (u &lt;= o, a slice longer than /30) or the two
     *     networks overlap; the message says what to choose instead
     */
    public FanMapping {
        int o = overlay.prefixLength();
        int u = underlay.prefixLength();
        if (u <= o) {
            throw new IllegalArgumentException("the overlay " + overlay + " must be wider than the underlay " + underlay
                    + ": choose an overlay with a prefix shorter than /" + u);
        }
        if (o + 32 - u > LONGEST_SLICE_PREFIX) {
            throw new IllegalArgumentException("overlay " + overlay + " over underlay " + underlay
                    + " leaves each host a /" + (o + 32 - u)
                    + ", too small for a container: choose prefixes that are at"
                    + " least 2 apart");
        }
        if (overlay.overlaps(underlay)) {
            throw new IllegalArgumentException("overlay " + overlay + " and underlay " + underlay
                    + " overlap: choose an overlay outside the underlay, such as 250.0.0.0/8");
        }
    }

    public static FanMapping of(Cidr overlay, Cidr underlay) {
        return new FanMapping(overlay, underlay);
    }

    /** How far the host part moves left: u - o, 2 to 32. */
    public int shift() {
        return underlay.prefixLength() - overlay.prefixLength();
    }

    /** Prefix length of every slice: o + 32 - u, at most 30. */
    public int slicePrefixLength() {
        return 32 - shift();
    }

    /** The first address of the slice that an underlay address owns. Unchecked; see the class comment. */
    public int sliceBits(int underlayAddress) {
        // Through long: with /0 over /32 the shift is 32, which Java would take as 0.
        return overlay.network().bits() | (int) ((underlayAddress & ~underlay.mask() & 0xffffffffL) << shift());
    }

    /** The underlay address that owns an overlay address. Unchecked; see the class comment. */
    public int ownerBits(int overlayAddress) {
        return underlay.network().bits() | (int) ((overlayAddress & ~overlay.mask() & 0xffffffffL) >>> shift());
    }

    /**
     * The slice of a host, with the usual host reserve of 1.
     *
     * @throws IllegalArgumentException when the address lies outside the underlay or is its network or broadcast address
     */
    public FanSlice slice(Ipv4Address underlayAddress) {
        return slice(underlayAddress, FanSlice.DEFAULT_HOST_RESERVE);
    }

    /**
     * The slice of a host that keeps the first {@code hostReserve} addresses for itself.
     *
     * @throws IllegalArgumentException as {@link #slice(Ipv4Address)}, and when the reserve leaves no container address
     */
    public FanSlice slice(Ipv4Address underlayAddress, int hostReserve) {
        return new FanSlice(this, underlayAddress, hostReserve);
    }

    /**
     * The underlay address that owns an overlay address.
     *
     * @throws IllegalArgumentException when the address lies outside the overlay
     */
    public Ipv4Address owner(Ipv4Address overlayAddress) {
        if (!overlay.contains(overlayAddress)) {
            throw new IllegalArgumentException(overlayAddress + " is not in the overlay " + overlay);
        }
        return Ipv4Address.of(ownerBits(overlayAddress.bits()));
    }

    /** {@code 250.0.0.0/8 over 10.0.0.0/16}. */
    @Override
    public String toString() {
        return overlay + " over " + underlay;
    }
}
