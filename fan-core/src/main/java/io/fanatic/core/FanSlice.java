package io.fanatic.core;

/**
 * The part of the overlay that one underlay address owns.
 *
 * @param mapping the fan
 * @param underlayAddress the owner, a host address of the underlay
 * @param hostReserve how many addresses from the first on belong to the host, at least 1
 */
public record FanSlice(FanMapping mapping, Ipv4Address underlayAddress, int hostReserve) {

    /** The host keeps its host address only. */
    public static final int DEFAULT_HOST_RESERVE = 1;

    /** @throws IllegalArgumentException when the address cannot own a slice or the reserve leaves no container address */
    public FanSlice {
        Cidr underlay = mapping.underlay();
        if (!underlay.contains(underlayAddress)) {
            throw new IllegalArgumentException(underlayAddress + " is not in the underlay " + underlay);
        }
        if (underlay.prefixLength() < 31
                && (underlayAddress.equals(underlay.network()) || underlayAddress.equals(underlay.last()))) {
            throw new IllegalArgumentException(underlayAddress + " is the "
                    + (underlayAddress.equals(underlay.network()) ? "network" : "broadcast")
                    + " address of the underlay "
                    + underlay + " and cannot own a slice");
        }
        int most = (1 << mapping.shift()) - 3;
        if (mapping.shift() < 31 && (hostReserve < 1 || hostReserve > most)) {
            throw new IllegalArgumentException("host reserve " + hostReserve + " does not fit a /"
                    + mapping.slicePrefixLength() + " slice: choose 1 to " + most);
        }
    }

    /** The slice as a network. */
    public Cidr cidr() {
        return new Cidr(Ipv4Address.of(mapping.sliceBits(underlayAddress.bits())), mapping.slicePrefixLength());
    }

    /** The first address of the slice, .1, which the bridge carries. */
    public Ipv4Address hostAddress() {
        return cidr().network().plus(1);
    }

    /** The first address free for containers, just past the host reserve. */
    public Ipv4Address firstContainerAddress() {
        return cidr().network().plus(1 + hostReserve);
    }

    /** The last address free for containers; the slice's very last address is left unused, as DHCP servers expect. */
    public Ipv4Address lastContainerAddress() {
        return cidr().last().plus(-1);
    }
}
