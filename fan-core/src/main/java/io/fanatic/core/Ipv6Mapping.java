package io.fanatic.core;

import org.jspecify.annotations.Nullable;

/**
 * An IPv6 overlay mapped onto an IPv4 underlay, as 6rd does it (RFC 5969 section 4): behind the overlay's prefix follows the host part
 * of the underlay address. What is left up to 64 bits is zero, so that every slice is a /64.
 *
 * <pre>
 *   underlay 10.0.0.0/16      10.0       | host part
 *   overlay  fd00:fa::/48     fd00:fa:0  | host part | zeros up to 64 | container      10.0.0.45 owns fd00:fa:0:2d::/64
 * </pre>
 *
 * @param overlay the network that containers see, with prefix length o
 * @param underlay the network that hosts have, with prefix length u
 */
public record Ipv6Mapping(Ipv6Prefix overlay, Ipv4Prefix underlay) implements OverlayMapping {
    private static final int SLICE_PREFIX = 64;
    private static final Ipv6Prefix GLOBAL_UNICAST = Ipv6Prefix.parse("2000::/3");
    private static final Ipv6Prefix UNIQUE_LOCAL = Ipv6Prefix.parse("fc00::/7");

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when no fan can work like this: an overlay that is neither unique local nor global unicast, or
     *     one too narrow to leave each host a /64; the message says what to choose instead
     */
    public Ipv6Mapping {
        if (!GLOBAL_UNICAST.contains(overlay) && !UNIQUE_LOCAL.contains(overlay)) {
            throw new IllegalArgumentException("overlay " + overlay + " is neither unique local (" + UNIQUE_LOCAL
                    + ") nor global unicast (" + GLOBAL_UNICAST + "); choose one such as fd00:fa::/48");
        }
        int hostBits = 32 - underlay.prefixLength();
        if (overlay.prefixLength() + hostBits > SLICE_PREFIX) {
            throw new IllegalArgumentException("overlay " + overlay + " over a /" + underlay.prefixLength()
                    + " underlay leaves each host a /" + (overlay.prefixLength() + hostBits)
                    + ", and a container needs a /64; choose an overlay with a prefix of at most /"
                    + (SLICE_PREFIX - hostBits));
        }
    }

    /** How far the host part moves left in the first 64 bits of an address: 0 to 61, as no legal overlay is wider than /3. */
    private int shift() {
        return SLICE_PREFIX - overlay.prefixLength() - (32 - underlay.prefixLength());
    }

    /** {@return 64} */
    @Override
    public int slicePrefixLength() {
        return SLICE_PREFIX;
    }

    @Override
    public Ipv6Prefix sliceOf(Ipv4Address underlayAddress) {
        underlay.requireHost(underlayAddress);
        return new Ipv6Prefix(new Ipv6Address(sliceBits(underlayAddress.bits()), 0), SLICE_PREFIX);
    }

    @Override
    public Ipv6Address hostAddressOf(Ipv4Address underlayAddress) {
        return sliceOf(underlayAddress).network().plus(1);
    }

    /**
     * {@return the first 64 bits of the slice that an underlay address owns} Unchecked, and allocates nothing.
     *
     * @param underlayAddress most significant octet first
     */
    public long sliceBits(int underlayAddress) {
        return overlay.network().high() | (underlayAddress & ~underlay.mask() & 0xffffffffL) << shift();
    }

    /**
     * {@return the underlay address that owns an overlay address} Unchecked, and allocates nothing.
     *
     * @param high the first 64 bits of an address of the overlay
     */
    public int ownerBits(long high) {
        return underlay.network().bits() | (int) (high >>> shift()) & ~underlay.mask();
    }

    @Override
    public Ipv4Address ownerOf(IpAddress overlayAddress) {
        if (!(overlayAddress instanceof Ipv6Address address) || !overlay.contains(address)) {
            throw new IllegalArgumentException(overlayAddress + " is not in the overlay " + overlay);
        }
        Ipv4Address owner = Ipv4Address.of(ownerBits(address.high()));
        if (sliceBits(owner.bits()) != address.high()) {
            throw new IllegalArgumentException(address + " is nobody's: the slices of " + overlay + " over " + underlay
                    + " are /64 with zeros between bit " + (SLICE_PREFIX - shift()) + " and 64, and its owner would be "
                    + owner);
        }
        if (!underlay.isHost(owner)) {
            throw new IllegalArgumentException(address + " is nobody's: it would belong to " + owner + ", the "
                    + (owner.bits() == underlay.network().bits() ? "network" : "broadcast")
                    + " address of the underlay " + underlay);
        }
        return owner;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6Mapping that && that.overlay.equals(overlay) && that.underlay.equals(underlay);
    }

    @Override
    public int hashCode() {
        return 31 * overlay.hashCode() + underlay.hashCode();
    }

    /** {@code fd00:fa::/48 over 10.0.0.0/16}. */
    @Override
    public String toString() {
        return overlay + " over " + underlay;
    }
}
