package io.fanatic.netlink.health;

import static io.fanatic.netlink.health.Severity.ERROR;
import static io.fanatic.netlink.health.Severity.NOTE;
import static io.fanatic.netlink.health.Severity.WARNING;

/** The findings there are. Their words are part of the interface: fan-doctor(7) lists them, and none changes its meaning. */
public enum Code {
    /** The kernel does not run the fan's eBPF programs. */
    KERNEL_BPF("kernel-bpf", ERROR, "the kernel does not run the fan's eBPF programs"),
    /** The kernel cannot create external VXLAN devices. */
    KERNEL_VXLAN("kernel-vxlan", ERROR, "the kernel cannot create external VXLAN devices"),
    /** The kernel cannot create bridges. */
    KERNEL_BRIDGE("kernel-bridge", ERROR, "the kernel cannot create bridges"),
    /** nftables does not work: no masquerading. */
    KERNEL_NFTABLES("kernel-nftables", WARNING, "nftables does not work: no masquerading"),
    /** A line of /etc/network/fan cannot be understood. */
    CONFIG_LINE("config-line", ERROR, "a line of /etc/network/fan cannot be understood"),
    /** A line of /etc/network/fan has the underlay first. */
    CONFIG_ORDER("config-order", NOTE, "a line of /etc/network/fan has the underlay first"),
    /** The underlay address of a fan is not on this host any more. */
    UNDERLAY_GONE("underlay-gone", ERROR, "the underlay address of a fan is not on this host any more"),
    /** The device with the underlay address has no carrier. */
    UNDERLAY_DOWN("underlay-down", ERROR, "the device with the underlay address has no carrier"),
    /** Another host has the same underlay address, and so the same slice. */
    DUPLICATE_ADDRESS("duplicate-address", ERROR, "another host has the same underlay address, and so the same slice"),
    /** A device that is not ours has the name of the bridge or tunnel. */
    NAME_TAKEN("name-taken", ERROR, "a device that is not ours has the name of the bridge or tunnel"),
    /** A route sends part of the overlay elsewhere. */
    OVERLAY_OVERLAP("overlay-overlap", ERROR, "a route sends part of the overlay elsewhere"),
    /** A policy rule sends the fan's packets elsewhere. */
    POLICY_RULE("policy-rule", ERROR, "a policy rule sends the fan's packets elsewhere"),
    /** A route or filter refuses 240.0.0.0/4, where the overlay is. */
    CLASS_E("class-e-refused", ERROR, "a route or filter refuses 240.0.0.0/4, where the overlay is"),
    /** Something else holds the tunnel's UDP port. */
    PORT_CLASH("port-clash", ERROR, "something else holds the tunnel's UDP port"),
    /** A fan of /etc/network/fan is not up. */
    FAN_DOWN("fan-down", ERROR, "a fan of /etc/network/fan is not up"),
    /** A fan is up that is not in /etc/network/fan: a reboot ends it. */
    NOT_CONFIGURED("not-configured", NOTE, "a fan is up that is not in /etc/network/fan: a reboot ends it"),
    /** {@code fanctl up} could not repair the fan. */
    FAN_BLOCKED("fan-blocked", ERROR, "fanctl up could not repair the fan"),
    /** The bridge or the tunnel has a wrong MTU. */
    MTU("mtu", ERROR, "the bridge or the tunnel has a wrong MTU"),
    /** A port of the bridge has a larger MTU than the fan carries. */
    PORT_MTU("port-mtu", WARNING, "a port of the bridge has a larger MTU than the fan carries"),
    /** The tunnel is missing or not as it should be. */
    TUNNEL("tunnel", ERROR, "the tunnel is missing or not as it should be"),
    /** The bridge is missing or not as it should be. */
    BRIDGE("bridge", ERROR, "the bridge is missing or not as it should be"),
    /** The bridge lacks an address, or has one too many. */
    HOST_ADDRESS("host-address", ERROR, "the bridge lacks an address, or has one too many"),
    /** The tunnel is not a port of the bridge. */
    BRIDGE_PORT("bridge-port", ERROR, "the tunnel is not a port of the bridge"),
    /** encap, guard or gate are missing or not this fan's. */
    PROGRAMS("programs", ERROR, "encap, guard or gate are missing or not this fan's"),
    /** The fan is to take the fast path and does not, or does where it must not. */
    FAST_PATH("fast-path", NOTE, "the fan is to take the fast path and does not, or does where it must not"),
    /** Bridge or tunnel are down. */
    DEVICE_DOWN("device-down", ERROR, "bridge or tunnel are down"),
    /** The DHCP server does not run as it should. */
    DHCP("dhcp", ERROR, "the DHCP server does not run as it should"),
    /** Addresses outside the slice are leased. */
    DHCP_LEASES("dhcp-leases", WARNING, "addresses outside the slice are leased"),
    /** DHCP cannot tell of a name server: the host has none but a stub on a loopback address. */
    NAME_SERVER("name-server", WARNING, "DHCP cannot tell of a name server: the host has none but a stub on loopback"),
    /** Two containers of this host have the same address. */
    ADDRESS_TWICE("address-twice", ERROR, "two containers of this host have the same address"),
    /** A container of this host has an address that is not in a slice of it. */
    ADDRESS_SLICE("address-slice", ERROR, "a container of this host has an address that is not in a slice of it"),
    /** A container's bridge port does not forward, or is not in the bridge. */
    CONTAINER_PORT("container-port", ERROR, "a container's bridge port does not forward, or is not in the bridge"),
    /** A container has no way out, or another prefix length than the fan. */
    CONTAINER_ROUTE("container-route", WARNING, "a container has no way out, or another prefix length than the fan"),
    /** ARP is off on the bridge, or somebody has set an answer to it. */
    ARP("arp", ERROR, "ARP is off on the bridge, or a neighbour entry set by hand is wrong"),
    /** A container engine gives out, or DHCP has leased, addresses of another one's share. */
    ADDRESS_SHARE("address-share", WARNING, "a container engine gives out addresses of another one's share"),
    /** What leaves the overlay is not masqueraded as it should be. */
    NAT("nat", WARNING, "what leaves the overlay is not masqueraded as it should be"),
    /** The tunnel's port does not take exactly what comes from the underlay. */
    UNDERLAY_ONLY("underlay-only", WARNING, "the tunnel's port does not take exactly what comes from the underlay"),
    /** Containers could send to other hosts in the name of this host's tunnel. */
    TUNNEL_ONLY("tunnel-only", WARNING, "containers could send to other hosts in the name of this host's tunnel"),
    /** The host does not forward: containers reach nothing outside. */
    FORWARDING_OFF("forwarding-off", ERROR, "the host does not forward: containers reach nothing outside"),
    /** The host forwards more than the fan needs, because of the fan. */
    FORWARD_OPEN("forward-open", WARNING, "the host forwards more than the fan needs, because of the fan"),
    /** The reverse path filter drops what other hosts send. */
    RP_FILTER("rp-filter", WARNING, "the reverse path filter drops what other hosts send"),
    /** Path MTU discovery is off, and packets may be fragmented on the way. */
    PATH_MTU("path-mtu", WARNING, "path MTU discovery is off, and packets may be fragmented on the way"),
    /** The firewall drops what it forwards, the fan's frames included. */
    FORWARD_DROP("forward-drop", ERROR, "the firewall drops what it forwards, the fan's frames included"),
    /** A firewall rule drops packets of overlay addresses. */
    FIREWALL_DROP("firewall-drop", ERROR, "a firewall rule drops packets of overlay addresses"),
    /** The firewall lets no other host in to the tunnel's UDP port. */
    TUNNEL_PORT_CLOSED("tunnel-port-closed", WARNING, "the firewall lets no other host in to the tunnel's UDP port"),
    /** The kernel's table of connections is full, or nearly. */
    CONNTRACK_FULL("conntrack-full", ERROR, "the kernel's table of connections is full, or nearly"),
    /** iptables-legacy has rules beside nftables. */
    IPTABLES_LEGACY("iptables-legacy", WARNING, "iptables-legacy has rules beside nftables"),
    /** NetworkManager is not told to leave the fan's devices alone. */
    NETWORK_MANAGER("network-manager", WARNING, "NetworkManager is not told to leave the fan's devices alone"),
    /** systemd-networkd has settings for the fan's devices. */
    NETWORKD("networkd", WARNING, "systemd-networkd has settings for the fan's devices"),
    /** dhcpcd is not told to leave the fan's devices alone. */
    DHCPCD("dhcpcd", WARNING, "dhcpcd is not told to leave the fan's devices alone"),
    /** A container engine's settings differ from what was set for the fan. */
    ENGINE_ALTERED("engine-altered", WARNING, "a container engine's settings differ from what was set for the fan"),
    /** A container engine that was put on the fan does not answer. */
    ENGINE_STOPPED("engine-stopped", WARNING, "a container engine that was put on the fan does not answer"),
    /** A container engine is still set to a fan that is not up. */
    ENGINE_LEFT("engine-left", WARNING, "a container engine is still set to a fan that is not up"),
    /** A container publishes ports on the fan's network, where nothing forwards them. */
    PORTS_UNPUBLISHED("ports-unpublished", WARNING, "a container publishes ports on a network that forwards none"),
    /** An instance of LXD or Incus has the fan's profile and is not on the fan. */
    INSTANCE_OFF("instance-off", WARNING, "an instance has the fan's profile and is not on the fan"),
    /** The old ubuntu-fan package, or its hook, is still there. */
    UBUNTU_FAN("ubuntu-fan", WARNING, "the old ubuntu-fan package, or its hook, is still there"),
    /** A device has a fan's name and is not ours. */
    LEFTOVER_DEVICE("leftover-device", WARNING, "a device has a fan's name and is not ours"),
    /** encap, guard or gate dropped frames that no healthy fan sends. */
    DROPS("drops", NOTE, "encap, guard or gate dropped frames that no healthy fan sends"),
    /** Another host of the fan is not reached. */
    PEER("peer", ERROR, "another host of the fan is not reached");

    private final String word;
    private final Severity severity;
    private final String meaning;

    Code(String word, Severity severity, String meaning) {
        this.word = word;
        this.severity = severity;
        this.meaning = meaning;
    }

    /** {@return the code for programs: lower case with dashes; stable} */
    public String word() {
        return word;
    }

    /** {@return how bad it mostly is; a finding may be milder or worse} */
    public Severity severity() {
        return severity;
    }

    /** {@return what it means, for lists} */
    public String meaning() {
        return meaning;
    }

    @Override
    public String toString() {
        return word;
    }
}
