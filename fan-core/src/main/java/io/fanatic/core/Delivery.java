package io.fanatic.core;

/** How packets get from the containers of one host to the tunnel, and so what is on-link for a container. */
public enum Delivery {
    /** The tunnel is a port of the bridge: the whole overlay is on-link, and ARP crosses between hosts. */
    BRIDGED,
    /** The host routes between bridge and tunnel: only the slice is on-link, and ARP stays on the host. */
    ROUTED;

    /**
     * {@return the prefix length of the bridge's and the containers' addresses: that of what is on-link}
     *
     * @param mapping the fan
     */
    public int prefixLength(FanMapping mapping) {
        return switch (this) {
            case BRIDGED -> mapping.overlay().prefixLength();
            case ROUTED -> mapping.slicePrefixLength();
        };
    }
}
