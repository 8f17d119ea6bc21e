package io.fanatic.core;

/**
 * The arithmetic between an overlay of either family and its underlay, which is IPv4: each underlay address owns a part of the overlay,
 * and each overlay address has one owner at most.
 */
public sealed interface OverlayMapping permits FanMapping, Ipv6Mapping {

    /** {@return the network that containers see} */
    Prefix overlay();

    /** {@return the network that hosts have} */
    Ipv4Prefix underlay();

    /** {@return the prefix length of every slice} */
    int slicePrefixLength();

    /**
     * {@return the slice that an underlay address owns}
     *
     * @param underlayAddress a host's
     * @throws IllegalArgumentException when the address lies outside the underlay or is its network or broadcast address
     */
    Prefix sliceOf(Ipv4Address underlayAddress);

    /**
     * {@return the address of its slice that the host itself has: the one just after the first}
     *
     * @param underlayAddress a host's
     * @throws IllegalArgumentException as {@link #sliceOf}
     */
    IpAddress hostAddressOf(Ipv4Address underlayAddress);

    /**
     * {@return the underlay address that owns an overlay address}
     *
     * @param overlayAddress any address of the overlay
     * @throws IllegalArgumentException when the address lies outside the overlay or is nobody's
     */
    Ipv4Address ownerOf(IpAddress overlayAddress);

    /**
     * {@return the arithmetic of these two}
     *
     * @param overlay of either family
     * @param underlay the network that hosts have
     * @throws IllegalArgumentException when no fan can work like this; the message says what to choose instead
     */
    static OverlayMapping of(Prefix overlay, Ipv4Prefix underlay) {
        return overlay instanceof Ipv6Prefix ipv6
                ? new Ipv6Mapping(ipv6, underlay)
                : FanMapping.of((Ipv4Prefix) overlay, underlay);
    }
}
