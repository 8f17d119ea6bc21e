package io.fanatic.core;

import java.util.Optional;

/** The word that a user says for a {@link Transport}, and what follows from that word alone. */
public enum TunnelType {
    /** RFC 7348: Ethernet in UDP; outer IPv4 20, UDP 8, VXLAN 8 and inner Ethernet 14 bytes. */
    VXLAN("vxlan", 50, Delivery.BRIDGED),
    /** RFC 2003: IPv4 in IPv4; one outer header of 20 bytes. */
    IPIP("ipip", 20, Delivery.ROUTED);

    /** The UDP port of the kernel's own default and of the Ubuntu fan; not IANA's 4789. */
    public static final int DEFAULT_VXLAN_PORT = 8472;

    private final String word;
    private final int overhead;
    private final Delivery delivery;

    TunnelType(String word, int overhead, Delivery delivery) {
        this.word = word;
        this.overhead = overhead;
        this.delivery = delivery;
    }

    /**
     * {@return the type of that word}
     *
     * @param word {@code vxlan} or {@code ipip}
     * @throws IllegalArgumentException when it is no word for a type
     */
    public static TunnelType parse(String word) {
        for (TunnelType type : values()) {
            if (type.word.equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException(Text.quote(word) + " is not a type of tunnel; expected vxlan or ipip");
    }

    /** {@return the word for it on command lines and in JSON: {@code vxlan}, {@code ipip}} */
    public String word() {
        return word;
    }

    /** {@return bytes that the tunnel adds to an inner IPv4 packet} */
    public int overhead() {
        return overhead;
    }

    /** {@return how packets get from containers to the tunnel} */
    public Delivery delivery() {
        return delivery;
    }

    /**
     * {@return why a fan of this type cannot have a flag, as a sentence; empty where it can}
     *
     * @param flag any
     */
    public Optional<String> refusal(FanFlag flag) {
        String reason = switch (this) {
            case VXLAN -> "";
            case IPIP ->
                switch (flag) {
                    case PORT, VNI -> ", which has neither UDP ports nor VXLAN network identifiers";
                    case UNDERLAY_ONLY -> ", which has no UDP port";
                    case OVERLAY6 -> ", which carries IPv4 packets only";
                    case DIRECT, DIRECT_ACCEPT -> ": ARP between hosts travels by VXLAN";
                    case IPIP,
                            DHCP,
                            OFF,
                            HOST_RESERVE,
                            BRIDGE,
                            MTU,
                            NO_NAT,
                            NO_ACCEPT,
                            SHARES,
                            NO_FAST,
                            FAST,
                            NAMES,
                            ENCRYPT,
                            ENCRYPT_UDP -> "";
                };
        };
        return reason.isEmpty() ? Optional.empty() : Optional.of(flag.word() + " does not go with " + word + reason);
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
