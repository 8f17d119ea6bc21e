package io.fanatic.netlink.health;

import static io.fanatic.netlink.health.Severity.ERROR;
import static io.fanatic.netlink.health.Severity.NOTE;
import static io.fanatic.netlink.health.Severity.WARNING;

/** The findings there are. Their words are part of the interface: fan-doctor(7) lists them, and none changes its meaning. */
public enum Code {
    KERNEL_BPF("kernel-bpf", ERROR, "the kernel does not run the fan's eBPF programs"),
    KERNEL_VXLAN("kernel-vxlan", ERROR, "the kernel makes no external VXLAN devices"),
    KERNEL_BRIDGE("kernel-bridge", ERROR, "the kernel makes no bridges"),
    KERNEL_NFTABLES("kernel-nftables", WARNING, "nftables does not work: no masquerading"),
    CONFIG_LINE("config-line", ERROR, "a line of /etc/network/fan cannot be understood"),
    CONFIG_ORDER("config-order", NOTE, "a line of /etc/network/fan has the underlay first"),
    UNDERLAY_GONE("underlay-gone", ERROR, "the underlay address of a fan is not on this host any more"),
    UNDERLAY_DOWN("underlay-down", ERROR, "the device with the underlay address carries nothing"),
    DUPLICATE_ADDRESS("duplicate-address", ERROR, "another host has the same underlay address, and so the same slice"),
    NAME_TAKEN("name-taken", ERROR, "a device that is not ours has the name of the bridge or tunnel"),
    OVERLAY_OVERLAP("overlay-overlap", ERROR, "a route leads part of the overlay elsewhere"),
    POLICY_RULE("policy-rule", ERROR, "a policy rule leads the fan's packets elsewhere"),
    CLASS_E("class-e-refused", ERROR, "a route or filter refuses 240.0.0.0/4, where the overlay is"),
    PORT_CLASH("port-clash", ERROR, "something else holds the tunnel's UDP port"),
    FAN_DOWN("fan-down", ERROR, "a fan of /etc/network/fan is not up"),
    NOT_CONFIGURED("not-configured", NOTE, "a fan is up that is not in /etc/network/fan: a reboot ends it"),
    FAN_BLOCKED("fan-blocked", ERROR, "fanctl up could not repair the fan"),
    MTU("mtu", ERROR, "bridge or tunnel do not have the MTU that they should"),
    PORT_MTU("port-mtu", WARNING, "a port of the bridge has a larger MTU than the fan carries"),
    TUNNEL("tunnel", ERROR, "the tunnel is missing or not as it should be"),
    BRIDGE("bridge", ERROR, "the bridge is missing or not as it should be"),
    HOST_ADDRESS("host-address", ERROR, "the bridge lacks an address, or has one too many"),
    BRIDGE_PORT("bridge-port", ERROR, "the tunnel is not a port of the bridge"),
    PROGRAMS("programs", ERROR, "encap, guard or gate are missing or not this fan's"),
    DEVICE_DOWN("device-down", ERROR, "bridge or tunnel are down"),
    DHCP("dhcp", ERROR, "the DHCP server does not run as it should"),
    DHCP_LEASES("dhcp-leases", WARNING, "addresses outside the slice are leased"),
    NAT("nat", WARNING, "what leaves the overlay is not masqueraded as it should be"),
    UNDERLAY_ONLY("underlay-only", WARNING, "the tunnel's port does not take exactly what comes from the underlay"),
    FORWARDING_OFF("forwarding-off", ERROR, "the host does not forward: containers reach nothing outside"),
    RP_FILTER("rp-filter", WARNING, "the reverse path filter drops what other hosts send"),
    PATH_MTU("path-mtu", WARNING, "the host does not learn what a path takes, and packets are fragmented on the way"),
    FORWARD_DROP("forward-drop", ERROR, "the firewall drops what it forwards, the fan's frames included"),
    FIREWALL_DROP("firewall-drop", ERROR, "a firewall rule drops packets of overlay addresses"),
    TUNNEL_PORT_CLOSED("tunnel-port-closed", WARNING, "the firewall lets nothing in to the tunnel's UDP port"),
    CONNTRACK_FULL("conntrack-full", ERROR, "the kernel's table of connections is full, or nearly"),
    IPTABLES_LEGACY("iptables-legacy", WARNING, "iptables-legacy has rules beside nftables"),
    NETWORK_MANAGER("network-manager", WARNING, "NetworkManager is not told to leave the fan's devices alone"),
    NETWORKD("networkd", WARNING, "systemd-networkd is told to configure the fan's devices"),
    DHCPCD("dhcpcd", WARNING, "dhcpcd is not told to leave the fan's devices alone"),
    ENGINE_ALTERED("engine-altered", WARNING, "a container engine's settings differ from what was set for the fan"),
    UBUNTU_FAN("ubuntu-fan", WARNING, "the old ubuntu-fan package, or its hook, is still there"),
    LEFTOVER_DEVICE("leftover-device", WARNING, "a device has a fan's name and is not ours"),
    DROPS("drops", NOTE, "encap, guard or gate dropped frames that no healthy fan sends"),
    PEER("peer", ERROR, "another host of the fan is not reached");

    private final String word;
    private final Severity severity;
    private final String meaning;

    Code(String word, Severity severity, String meaning) {
        this.word = word;
        this.severity = severity;
        this.meaning = meaning;
    }

    /** Lower case with dashes; stable. */
    public String word() {
        return word;
    }

    /** As it mostly is; a finding may be milder or worse. */
    public Severity severity() {
        return severity;
    }

    /** What it means, for lists. */
    public String meaning() {
        return meaning;
    }

    @Override
    public String toString() {
        return word;
    }
}
