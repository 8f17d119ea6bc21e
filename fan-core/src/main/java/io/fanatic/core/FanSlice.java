package io.fanatic.core;

/**
 * The part of the overlay that one underlay address owns. From its first address to its last:
 *
 * <pre>
 *   250.0.45.0                 the slice itself, given to nobody
 *   250.0.45.1                 the host address, on the bridge
 *   250.0.45.2   ... reserve   more addresses of the host when the reserve is above 1
 *   250.0.45.2   ... .254      containers, from just past the reserve
 *   250.0.45.255               given to nobody, as programs expect of the last address; plain {@code docker run} may
 * </pre>
 *
 * <p>Only the very first and the very last address are special: 250.178.1.0 and 250.178.1.255 in the middle of a /16
 * slice are addresses like any other.
 *
 * @param mapping the fan
 * @param underlayAddress the owner, a host address of the underlay
 * @param hostReserve how many addresses, from the host address on, belong to the host; at least 1
 */
public record FanSlice(FanMapping mapping, Ipv4Address underlayAddress, int hostReserve) {

    /** The host keeps its host address only. */
    public static final int DEFAULT_HOST_RESERVE = 1;

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when no host has the address or the reserve leaves no container address
     */
    public FanSlice {
        mapping.underlay().requireHost(underlayAddress);
        requireReserve(hostReserve, mapping.slicePrefixLength());
    }

    /** The slice's first and last address are nobody's and one is for a container; the rest could be the host's. */
    static void requireReserve(int hostReserve, int slicePrefixLength) {
        int most = (1 << (32 - slicePrefixLength)) - 3;
        if (hostReserve < 1 || hostReserve > most) {
            throw new IllegalArgumentException("host-reserve " + hostReserve + " does not fit a slice of /"
                    + slicePrefixLength + "; choose " + (most == 1 ? "1" : "1 to " + most));
        }
    }

    /** {@return the slice as a network} */
    public Ipv4Prefix cidr() {
        return new Ipv4Prefix(network(), mapping.slicePrefixLength());
    }

    private Ipv4Address network() {
        return Ipv4Address.of(mapping.sliceBits(underlayAddress.bits()));
    }

    /** {@return the address just after the slice's first, .1 in a /24, which the bridge carries} */
    public Ipv4Address hostAddress() {
        return network().plus(1);
    }

    /** {@return the addresses that belong to the host: the host address and the rest of the host reserve} */
    public Ipv4Range hostAddresses() {
        return new Ipv4Range(hostAddress(), network().plus(hostReserve));
    }

    /** {@return the first address free for containers, just past the host reserve} */
    public Ipv4Address firstContainerAddress() {
        return network().plus(1 + hostReserve);
    }

    /** {@return the last address free for containers, the last but one of the slice} */
    public Ipv4Address lastContainerAddress() {
        return cidr().last().plus(-1);
    }

    /** {@return all container addresses, never empty; who gives out which, {@link Shares} tell} */
    public Ipv4Range containerAddresses() {
        return new Ipv4Range(firstContainerAddress(), lastContainerAddress());
    }
}
