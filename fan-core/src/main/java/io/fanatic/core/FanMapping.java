package io.fanatic.core;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One fan's arithmetic: an overlay mapped onto an underlay. The host part of an underlay address, shifted left by
 * {@link #shift()}, names the slice of the overlay that this address owns; the reverse is as plain.
 *
 * <pre>
 *   underlay 10.0.0.0/16      10.0     | host part                 shift = 16 - 8
 *   overlay  250.0.0.0/8      250 | host part      | container     slice = overlay | host part &lt;&lt; shift
 * </pre>
 *
 * <p>The methods on {@code int} take and give address bits, most significant octet first; they neither check nor
 * allocate, and are meant for hot paths. The others check.
 *
 * @param overlay the network that containers see, with prefix length o
 * @param underlay the network that hosts have, with prefix length u
 */
public record FanMapping(Ipv4Prefix overlay, Ipv4Prefix underlay) implements OverlayMapping {

    /** The longest slice prefix that still leaves room for a host address and a container. */
    public static final int LONGEST_SLICE_PREFIX = 30;

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when no fan can work like this: u &lt;= o, a slice longer than /30, an overlay
     *     that {@link Overlays} refuses, or networks that overlap; the message says what to choose instead
     */
    public FanMapping {
        requireFit(overlay, underlay.prefixLength());
        if (overlay.overlaps(underlay)) {
            throw new IllegalArgumentException("overlay " + overlay + " and underlay " + underlay
                    + " overlap; choose an overlay outside the underlay, such as "
                    + (overlay.overlaps(Overlays.EXAMPLE) ? "240.0.0.0/8" : Overlays.EXAMPLE));
        }
    }

    /** What is known to be wrong as soon as the underlay's prefix length is. */
    static void requireFit(Ipv4Prefix overlay, int underlayPrefixLength) {
        Overlays.requireUsable(overlay);
        int o = overlay.prefixLength();
        if (underlayPrefixLength <= o) {
            throw new IllegalArgumentException("overlay " + overlay + " must be wider than its underlay, which is a /"
                    + underlayPrefixLength + "; choose an overlay with a prefix of at most /"
                    + Math.max(0, underlayPrefixLength - 2));
        }
        if (slicePrefixLength(o, underlayPrefixLength) > LONGEST_SLICE_PREFIX) {
            throw new IllegalArgumentException("overlay " + overlay + " over a /" + underlayPrefixLength
                    + " underlay leaves each host a slice of /" + slicePrefixLength(o, underlayPrefixLength)
                    + ", too small for a container; choose prefixes at least 2 apart");
        }
    }

    static int slicePrefixLength(int overlayPrefixLength, int underlayPrefixLength) {
        return overlayPrefixLength + 32 - underlayPrefixLength;
    }

    /**
     * {@return the fan of these two}
     *
     * @param overlay with prefix length o, 3 to 30
     * @param underlay with prefix length u, at least o + 2
     * @throws IllegalArgumentException as the constructor
     */
    public static FanMapping of(Ipv4Prefix overlay, Ipv4Prefix underlay) {
        return new FanMapping(overlay, underlay);
    }

    /**
     * {@return how far the host part moves left: u - o, 2 to 29, as {@link Overlays} leaves no overlay wider than /3}
     */
    public int shift() {
        return underlay.prefixLength() - overlay.prefixLength();
    }

    /** {@return the prefix length of every slice: o + 32 - u, 3 to 30} */
    @Override
    public int slicePrefixLength() {
        return slicePrefixLength(overlay.prefixLength(), underlay.prefixLength());
    }

    /**
     * {@return the first address of the slice that an underlay address owns} Unchecked; see the class comment.
     *
     * @param underlayAddress most significant octet first
     */
    public int sliceBits(int underlayAddress) {
        return overlay.network().bits() | (underlayAddress & ~underlay.mask()) << shift();
    }

    /**
     * {@return the underlay address that owns an overlay address} Unchecked; see the class comment.
     *
     * @param overlayAddress most significant octet first
     */
    public int ownerBits(int overlayAddress) {
        return underlay.network().bits() | (overlayAddress & ~overlay.mask()) >>> shift();
    }

    /**
     * {@return the slice of a host, with the usual host reserve of 1}
     *
     * @param underlayAddress the host's
     * @throws IllegalArgumentException when the address lies outside the underlay or is its network or broadcast
     *     address
     */
    public FanSlice slice(Ipv4Address underlayAddress) {
        return slice(underlayAddress, FanSlice.DEFAULT_HOST_RESERVE);
    }

    /**
     * {@return the slice of a host that keeps the first {@code hostReserve} addresses for itself}
     *
     * @param underlayAddress the host's
     * @param hostReserve at least 1
     * @throws IllegalArgumentException as {@link #slice(Ipv4Address)}, and when the reserve leaves no container address
     */
    public FanSlice slice(Ipv4Address underlayAddress, int hostReserve) {
        return new FanSlice(this, underlayAddress, hostReserve);
    }

    /**
     * {@return the underlay address that owns an overlay address} The slices of the underlay's network and broadcast
     * address are nobody's.
     *
     * @param overlayAddress any address of the overlay
     * @throws IllegalArgumentException when the address lies outside the overlay or is nobody's
     */
    public Ipv4Address owner(Ipv4Address overlayAddress) {
        if (!overlay.contains(overlayAddress)) {
            throw new IllegalArgumentException(overlayAddress + " is not in the overlay " + overlay);
        }
        Ipv4Address owner = Ipv4Address.of(ownerBits(overlayAddress.bits()));
        if (!underlay.isHost(owner)) {
            throw new IllegalArgumentException(overlayAddress + " is nobody's: it would belong to " + owner + ", the "
                    + (owner.bits() == underlay.network().bits() ? "network" : "broadcast")
                    + " address of the underlay "
                    + underlay);
        }
        return owner;
    }

    @Override
    public Ipv4Prefix sliceOf(Ipv4Address underlayAddress) {
        return slice(underlayAddress).cidr();
    }

    @Override
    public Ipv4Address hostAddressOf(Ipv4Address underlayAddress) {
        return slice(underlayAddress).hostAddress();
    }

    @Override
    public Ipv4Address ownerOf(IpAddress overlayAddress) {
        if (overlayAddress instanceof Ipv4Address ipv4) {
            return owner(ipv4);
        }
        throw new IllegalArgumentException(overlayAddress + " is not in the overlay " + overlay);
    }

    /**
     * A subnet's part of the overlay, a /(o + subnet's prefix length - u), as Juju computes it: 172.31.64.0/20 in
     * 243.0.0.0/8 over 172.31.0.0/16 is 243.64.0.0/12. A subnet outside the underlay owns nothing, and neither does one
     * that is wider: most of its hosts are not in the fan.
     *
     * @param subnet any network
     * @return the subnet's part of the overlay; empty when it owns nothing
     */
    public Optional<Ipv4Prefix> segment(Ipv4Prefix subnet) {
        if (!underlay.contains(subnet)) {
            return Optional.empty();
        }
        Ipv4Address first = Ipv4Address.of(sliceBits(subnet.network().bits()));
        return Optional.of(new Ipv4Prefix(first, subnet.prefixLength() - shift()));
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FanMapping fan && fan.overlay.equals(overlay) && fan.underlay.equals(underlay);
    }

    @Override
    public int hashCode() {
        return 31 * overlay.hashCode() + underlay.hashCode();
    }

    /** {@code 250.0.0.0/8 over 10.0.0.0/16}. */
    @Override
    public String toString() {
        return overlay + " over " + underlay;
    }
}
