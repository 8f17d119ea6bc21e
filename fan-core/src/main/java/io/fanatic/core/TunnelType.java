package io.fanatic.core;

/** How overlay packets travel over the underlay. */
public enum TunnelType {
    /** RFC 7348: Ethernet in UDP; outer IPv4 20, UDP 8, VXLAN 8 and inner Ethernet 14 bytes. */
    VXLAN(50),
    /** RFC 2003: IPv4 in IPv4; one outer header of 20 bytes. */
    IPIP(20);

    /** The UDP port of the kernel's own default and of the Ubuntu fan; not IANA's 4789. */
    public static final int DEFAULT_VXLAN_PORT = 8472;

    private final int overhead;

    TunnelType(int overhead) {
        this.overhead = overhead;
    }

    /** {@return bytes that the tunnel adds to an inner IPv4 packet} */
    public int overhead() {
        return overhead;
    }

    /** {@return the word for it on command lines and in JSON: {@code vxlan}, {@code ipip}} */
    public String word() {
        return this == VXLAN ? "vxlan" : "ipip";
    }

    /**
     * {@return the prefix length of the bridge's and the containers' addresses} VXLAN carries frames, so the whole
     * overlay is on-link and asked for by ARP; IPIP carries packets, so only the slice is, and the host routes the
     * rest.
     *
     * @param mapping the fan
     */
    public int prefixLength(FanMapping mapping) {
        return this == VXLAN ? mapping.overlay().prefixLength() : mapping.slicePrefixLength();
    }

    /**
     * {@return the largest inner IPv4 packet, in bytes, when the underlay carries {@code underlayMtu}}
     *
     * @param underlayMtu in bytes
     */
    public int mtu(int underlayMtu) {
        return underlayMtu - overhead;
    }
}
