package io.fanatic.core;

/**
 * What a fan's programs count: the frames that {@code encap} and {@code guard} passed, and for each reason the frames they
 * dropped; and what {@code gate} dropped.
 */
public enum Counter {
    /** Sent to the host that owns the destination. */
    SENT(0, Kind.PASSED, "sent", "sent to the host that owns the destination"),
    /** Cut short, or not a proper IPv4 or ARP packet. */
    SEND_MALFORMED(1, Kind.SUSPICIOUS, "send-malformed", "cut short, or not a proper IPv4 or ARP packet"),
    /** Tagged with a VLAN; a fan carries untagged frames only. */
    SEND_VLAN(2, Kind.SUSPICIOUS, "send-vlan", "tagged with a VLAN; a fan carries untagged frames only"),
    /** IPv6 that stays on this host: neighbour discovery and multicast, or all where the fan has no IPv6 overlay. */
    SEND_IPV6(
            3,
            Kind.NORMAL,
            "send-ipv6",
            "IPv6 that stays on this host: neighbour discovery and multicast, or all where the fan has no IPv6 overlay"),
    /** Neither IPv4 nor ARP, such as spanning tree or LLDP. */
    SEND_OTHER(4, Kind.NORMAL, "send-other", "neither IPv4 nor ARP, such as spanning tree or LLDP"),
    /** IPv4 broadcast, such as DHCP; it stays on this host. */
    SEND_BROADCAST(5, Kind.NORMAL, "send-broadcast", "IPv4 broadcast, such as DHCP; it stays on this host"),
    /** IPv4 multicast, such as mDNS; it stays on this host. */
    SEND_MULTICAST(6, Kind.NORMAL, "send-multicast", "IPv4 multicast, such as mDNS; it stays on this host"),
    /** ARP from 0.0.0.0, a container looking for a duplicate of its address. */
    SEND_ARP_PROBE(
            7, Kind.NORMAL, "send-arp-probe", "ARP from 0.0.0.0, a container looking for a duplicate of its address"),
    /** The sender's address is not of this host's slice. */
    SEND_SPOOFED(8, Kind.SUSPICIOUS, "send-spoofed", "the sender's address is not of this host's slice"),
    /** The destination is outside the overlay. */
    SEND_OFF_OVERLAY(9, Kind.NORMAL, "send-off-overlay", "the destination is outside the overlay"),
    /** The destination would belong to the underlay's network or broadcast address, which no host has. */
    SEND_NO_HOST(
            10,
            Kind.NORMAL,
            "send-no-host",
            "the destination would belong to the underlay's network or broadcast address, which no host has"),
    /** The destination is on this host; the bridge floods ARP to every port. */
    SEND_OWN_SLICE(
            11, Kind.NORMAL, "send-own-slice", "the destination is on this host; the bridge floods ARP to every port"),
    /** The kernel refused the tunnel's addresses. */
    SEND_KEY_REFUSED(12, Kind.SUSPICIOUS, "send-key-refused", "the kernel refused the tunnel's addresses"),
    /** To this host or through it, with a sender's address that no container here has. */
    SEND_HOST_SPOOFED(
            13,
            Kind.SUSPICIOUS,
            "send-host-spoofed",
            "to this host or through it, with a sender's address that no container here has"),
    /** To this host, and neither IPv4 nor ARP, such as a router advertisement of IPv6. */
    SEND_HOST_OTHER(
            14,
            Kind.NORMAL,
            "send-host-other",
            "to this host, and neither IPv4 nor ARP, such as a router advertisement of IPv6"),
    /** IPv6 that has used up its hop limit. */
    SEND_HOP_LIMIT(15, Kind.NORMAL, "send-hop-limit", "IPv6 that has used up its hop limit"),

    /** Received from the host that owns the sender's address. */
    RECEIVED(16, Kind.PASSED, "received", "received from the host that owns the sender's address"),
    /** Cut short, or not a proper IPv4 or ARP packet. */
    RECEIVE_MALFORMED(17, Kind.SUSPICIOUS, "receive-malformed", "cut short, or not a proper IPv4 or ARP packet"),
    /** Tagged with a VLAN; a fan carries untagged frames only. */
    RECEIVE_VLAN(18, Kind.SUSPICIOUS, "receive-vlan", "tagged with a VLAN; a fan carries untagged frames only"),
    /** IPv6 inside the tunnel, of a host whose fan has an IPv6 overlay; this one's has none. */
    RECEIVE_IPV6(
            19,
            Kind.SUSPICIOUS,
            "receive-ipv6",
            "IPv6 inside the tunnel, of a host whose fan has an IPv6 overlay; this one's has none"),
    /** Neither IPv4 nor ARP inside the tunnel. */
    RECEIVE_OTHER(20, Kind.SUSPICIOUS, "receive-other", "neither IPv4 nor ARP inside the tunnel"),
    /** IPv4 broadcast, which no fan host sends. */
    RECEIVE_BROADCAST(21, Kind.SUSPICIOUS, "receive-broadcast", "IPv4 broadcast, which no fan host sends"),
    /** IPv4 multicast, which no fan host sends. */
    RECEIVE_MULTICAST(22, Kind.SUSPICIOUS, "receive-multicast", "IPv4 multicast, which no fan host sends"),
    /** ARP from 0.0.0.0, which hosts with another fan's software may send. */
    RECEIVE_ARP_PROBE(
            23, Kind.NORMAL, "receive-arp-probe", "ARP from 0.0.0.0, which hosts with another fan's software may send"),
    /** The sender's address does not belong to the host that sent the frame. */
    RECEIVE_SPOOFED(
            24,
            Kind.SUSPICIOUS,
            "receive-spoofed",
            "the sender's address does not belong to the host that sent the frame"),
    /** The destination is not on this host. */
    RECEIVE_NOT_LOCAL(25, Kind.SUSPICIOUS, "receive-not-local", "the destination is not on this host"),
    /** Did not come out of a tunnel over IPv4. */
    RECEIVE_NO_KEY(26, Kind.SUSPICIOUS, "receive-no-key", "did not come out of a tunnel over IPv4"),
    /** Came in another virtual network. */
    RECEIVE_OTHER_VNI(27, Kind.SUSPICIOUS, "receive-other-vni", "came in another virtual network"),
    /** IPIP inside IPIP, which no fan host sends. */
    RECEIVE_NESTED(28, Kind.SUSPICIOUS, "receive-nested", "IPIP inside IPIP, which no fan host sends"),
    /** IPv6 with a hop limit of 255, as neighbour discovery has it; each fan host lowers it. */
    RECEIVE_HOP_LIMIT(
            29,
            Kind.SUSPICIOUS,
            "receive-hop-limit",
            "IPv6 with a hop limit of 255, as neighbour discovery has it; each fan host lowers it"),
    /** Without encapsulation, from a host whose Ethernet address the neighbour table lacks. */
    RECEIVE_NO_NEIGHBOUR(
            30,
            Kind.SUSPICIOUS,
            "receive-no-neighbour",
            "without encapsulation, from a host whose Ethernet address the neighbour table lacks"),
    /** Sent without encapsulation to the host that owns the destination. */
    SENT_DIRECT(31, Kind.PASSED, "sent-direct", "sent without encapsulation to the host that owns the destination");

    private final int index;
    private final Kind kind;
    private final String label;
    private final String sentence;

    Counter(int index, Kind kind, String label, String sentence) {
        this.index = index;
        this.kind = kind;
        this.label = label;
        this.sentence = sentence;
    }

    /** {@return the place in the counters map, 0 to 31; it never changes its meaning} */
    public int index() {
        return index;
    }

    /** {@return what a count other than zero means} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether it is about frames of containers of this host; otherwise {@code guard} counts it} */
    public boolean isSend() {
        return index < RECEIVED.index || this == SENT_DIRECT;
    }

    /** {@return {@code out} or {@code in}, for frames of containers of this host and of others; stable} */
    public String direction() {
        return isSend() ? "out" : "in";
    }

    /**
     * {@return what happened to the frame, the same word in both directions: the {@linkplain #label label} without its direction, such as
     * {@code spoofed}; {@code passed} where it went on; stable}
     */
    public String reason() {
        return kind == Kind.PASSED ? "passed" : label.substring(label.indexOf('-') + 1);
    }

    /** {@return a short name for tables and JSON, lower case with dashes; stable} */
    public String label() {
        return label;
    }

    /** {@return what happened to the frame or what was wrong with it, for people; no capital, no full stop} */
    public String sentence() {
        return sentence;
    }

    /** What a count other than zero means. */
    public enum Kind {
        /** The frame went on. */
        PASSED,
        /** A drop that happens on every healthy fan. */
        NORMAL,
        /** A drop that somebody should look at. */
        SUSPICIOUS
    }
}
