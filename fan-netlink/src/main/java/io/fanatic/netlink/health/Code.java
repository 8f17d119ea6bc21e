package io.fanatic.netlink.health;

import static io.fanatic.netlink.health.Severity.ERROR;
import static io.fanatic.netlink.health.Severity.NOTE;
import static io.fanatic.netlink.health.Severity.WARNING;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a finding is about. The words of those here are part of the interface: fan-doctor(7) lists them, and none changes its meaning; later
 * versions have more. Checks of others make codes of their own:
 *
 * <pre>{@code
 * Code disk = Code.of("acme.disk-full", Severity.WARNING, "the disk for images is full");
 * }</pre>
 */
public final class Code {
    private static final List<Code> OWN = new ArrayList<>();

    /** The kernel does not run the fan's eBPF programs. */
    public static final Code KERNEL_BPF = own("kernel-bpf", ERROR, "the kernel does not run the fan's eBPF programs");
    /** The kernel cannot create external VXLAN devices. */
    public static final Code KERNEL_VXLAN =
            own("kernel-vxlan", ERROR, "the kernel cannot create external VXLAN devices");
    /** The kernel cannot create bridges. */
    public static final Code KERNEL_BRIDGE = own("kernel-bridge", ERROR, "the kernel cannot create bridges");
    /** nftables does not work: no masquerading. */
    public static final Code KERNEL_NFTABLES =
            own("kernel-nftables", WARNING, "nftables does not work: no masquerading");
    /** A line of /etc/network/fan cannot be understood. */
    public static final Code CONFIG_LINE = own("config-line", ERROR, "a line of /etc/network/fan cannot be understood");
    /** A line of /etc/network/fan has the underlay first. */
    public static final Code CONFIG_ORDER =
            own("config-order", NOTE, "a line of /etc/network/fan has the underlay first");
    /** The underlay address of a fan is not on this host any more. */
    public static final Code UNDERLAY_GONE =
            own("underlay-gone", ERROR, "the underlay address of a fan is not on this host any more");
    /** The device with the underlay address has no carrier. */
    public static final Code UNDERLAY_DOWN =
            own("underlay-down", ERROR, "the device with the underlay address has no carrier");
    /** Another host has the same underlay address, and so the same slice. */
    public static final Code DUPLICATE_ADDRESS =
            own("duplicate-address", ERROR, "another host has the same underlay address, and so the same slice");
    /** A device that is not ours has the name of the bridge or tunnel. */
    public static final Code NAME_TAKEN =
            own("name-taken", ERROR, "a device that is not ours has the name of the bridge or tunnel");
    /** A route sends part of the overlay elsewhere. */
    public static final Code OVERLAY_OVERLAP =
            own("overlay-overlap", ERROR, "a route sends part of the overlay elsewhere");
    /** A policy rule sends the fan's packets elsewhere. */
    public static final Code POLICY_RULE = own("policy-rule", ERROR, "a policy rule sends the fan's packets elsewhere");
    /** A route or filter refuses 240.0.0.0/4, where the overlay is. */
    public static final Code CLASS_E =
            own("class-e-refused", ERROR, "a route or filter refuses 240.0.0.0/4, where the overlay is");
    /** Something else holds the tunnel's UDP port. */
    public static final Code PORT_CLASH = own("port-clash", ERROR, "something else holds the tunnel's UDP port");
    /** A fan of /etc/network/fan is not up. */
    public static final Code FAN_DOWN = own("fan-down", ERROR, "a fan of /etc/network/fan is not up");
    /** A fan is up that is not in /etc/network/fan: a reboot ends it. */
    public static final Code NOT_CONFIGURED =
            own("not-configured", NOTE, "a fan is up that is not in /etc/network/fan: a reboot ends it");
    /** {@code fanctl up} could not repair the fan. */
    public static final Code FAN_BLOCKED = own("fan-blocked", ERROR, "fanctl up could not repair the fan");
    /** The bridge or the tunnel has a wrong MTU. */
    public static final Code MTU = own("mtu", ERROR, "the bridge or the tunnel has a wrong MTU");
    /** A port of the bridge has a larger MTU than the fan carries. */
    public static final Code PORT_MTU =
            own("port-mtu", WARNING, "a port of the bridge has another MTU than the fan carries");
    /** The tunnel is missing or not as it should be. */
    public static final Code TUNNEL = own("tunnel", ERROR, "the tunnel is missing or not as it should be");
    /** The bridge is missing or not as it should be. */
    public static final Code BRIDGE = own("bridge", ERROR, "the bridge is missing or not as it should be");
    /** The bridge lacks an address, or has one too many. */
    public static final Code HOST_ADDRESS =
            own("host-address", ERROR, "the bridge lacks an address, or has one too many");
    /** The tunnel is not a port of the bridge. */
    public static final Code BRIDGE_PORT = own("bridge-port", ERROR, "the tunnel is not a port of the bridge");
    /** encap, guard or gate are missing or not this fan's. */
    public static final Code PROGRAMS = own("programs", ERROR, "encap, guard or gate are missing or not this fan's");
    /** The fan may take the fast path and does not, or does where it must not. */
    public static final Code FAST_PATH =
            own("fast-path", NOTE, "the fan may take the fast path and does not, or does where it must not");
    /** The fan is to send packets without encapsulation and does not, or does where it must not. */
    public static final Code DIRECT = own(
            "direct", NOTE, "the fan is to send packets without encapsulation and does not, or does where it must not");
    /** The packets of an encrypted fan do not pass, or will not. */
    public static final Code ENCRYPTION =
            own("encryption", ERROR, "the packets of an encrypted fan do not pass, or will not");
    /** Bridge or tunnel are down. */
    public static final Code DEVICE_DOWN = own("device-down", ERROR, "bridge or tunnel are down");
    /** The DHCP server does not run as it should. */
    public static final Code DHCP = own("dhcp", ERROR, "the DHCP server does not run as it should");
    /** Addresses outside the slice are leased. */
    public static final Code DHCP_LEASES = own("dhcp-leases", WARNING, "addresses outside the slice are leased");
    /** DHCP cannot tell of a name server: the host has none but a stub on a loopback address. */
    public static final Code NAME_SERVER =
            own("name-server", WARNING, "DHCP cannot tell of a name server: the host has none but a stub on loopback");
    /** Names of containers are not served, or this host does not find them. */
    public static final Code NAMES =
            own("names", WARNING, "names of containers are not served, or this host does not find them");
    /** Another host does not tell the names of its containers, or is not believed. */
    public static final Code NAMES_PEER =
            own("names-peer", WARNING, "another host does not tell the names of its containers, or is not believed");
    /** A name leads to containers of two engines, or an engine does not tell its names. */
    public static final Code NAME_TWICE =
            own("name-twice", NOTE, "a name leads to containers of two engines, or an engine does not tell its names");
    /** Two containers of this host have the same address. */
    public static final Code ADDRESS_TWICE =
            own("address-twice", ERROR, "two containers of this host have the same address");
    /** A container of this host has an address that is not in a slice of it. */
    public static final Code ADDRESS_SLICE =
            own("address-slice", ERROR, "a container of this host has an address that is not in a slice of it");
    /** A container's bridge port does not forward, or is not in the bridge. */
    public static final Code CONTAINER_PORT =
            own("container-port", ERROR, "a container's bridge port does not forward, or is not in the bridge");
    /** A container has no way out, or another prefix length than the fan. */
    public static final Code CONTAINER_ROUTE =
            own("container-route", WARNING, "a container has no way out, or another prefix length than the fan");
    /** ARP is off on the bridge, or somebody has set an answer to it. */
    public static final Code ARP =
            own("arp", ERROR, "ARP is off on the bridge, or a neighbour entry set by hand is wrong");
    /** A container engine gives out, or DHCP has leased, addresses of another one's share. */
    public static final Code ADDRESS_SHARE =
            own("address-share", WARNING, "a container engine gives out addresses of another one's share");
    /** What leaves the overlay is not masqueraded as it should be. */
    public static final Code NAT = own("nat", WARNING, "what leaves the overlay is not masqueraded as it should be");
    /** The tunnel's port does not take exactly what comes from the underlay. */
    public static final Code UNDERLAY_ONLY =
            own("underlay-only", WARNING, "the tunnel's port does not take exactly what comes from the underlay");
    /** Packets with a forged sender could pass, see {@link io.fanatic.netlink.firewall.TunnelTable}. */
    public static final Code TUNNEL_ONLY = own(
            "tunnel-only", WARNING, "packets with a forged sender could pass, from outside the fan or of a container");
    /** The host does not forward: containers reach nothing outside. */
    public static final Code FORWARDING_OFF =
            own("forwarding-off", ERROR, "the host does not forward: containers reach nothing outside");
    /** The host forwards more than the fan needs, because of the fan. */
    public static final Code FORWARD_OPEN =
            own("forward-open", WARNING, "the host forwards more than the fan needs, because of the fan");
    /** The host forwards IPv6, and so takes no default route from a router that advertises itself. */
    public static final Code IPV6_ROUTE_LOST = own(
            "ipv6-route-lost",
            WARNING,
            "the host forwards IPv6, and so takes no default route from a router that advertises itself");
    /** The reverse path filter drops what other hosts send. */
    public static final Code RP_FILTER =
            own("rp-filter", WARNING, "the reverse path filter drops what other hosts send");
    /** Path MTU discovery is off, and packets may be fragmented on the way. */
    public static final Code PATH_MTU =
            own("path-mtu", WARNING, "path MTU discovery is off, and packets may be fragmented on the way");
    /** The firewall drops what it forwards, the fan's frames included. */
    public static final Code FORWARD_DROP =
            own("forward-drop", ERROR, "the firewall drops what it forwards, the fan's frames included");
    /** A firewall rule drops packets of overlay addresses. */
    public static final Code FIREWALL_DROP =
            own("firewall-drop", ERROR, "a firewall rule drops packets of overlay addresses");
    /** The firewall lets no other host in to the tunnel's UDP port. */
    public static final Code TUNNEL_PORT_CLOSED =
            own("tunnel-port-closed", WARNING, "the firewall lets no other host in to the tunnel's UDP port");
    /** The kernel's table of connections is full, or nearly. */
    public static final Code CONNTRACK_FULL =
            own("conntrack-full", ERROR, "the kernel's table of connections is full, or nearly");
    /** The kernel's table of neighbours is full, or nearly. */
    public static final Code NEIGHBOURS_FULL =
            own("neighbours-full", ERROR, "the kernel's table of neighbours is full, or nearly");
    /** iptables-legacy has rules beside nftables. */
    public static final Code IPTABLES_LEGACY =
            own("iptables-legacy", WARNING, "iptables-legacy has rules beside nftables");
    /** NetworkManager is not told to leave the fan's devices alone. */
    public static final Code NETWORK_MANAGER =
            own("network-manager", WARNING, "NetworkManager is not told to leave the fan's devices alone");
    /** systemd-networkd has settings for the fan's devices. */
    public static final Code NETWORKD = own("networkd", WARNING, "systemd-networkd has settings for the fan's devices");
    /** dhcpcd is not told to leave the fan's devices alone. */
    public static final Code DHCPCD = own("dhcpcd", WARNING, "dhcpcd is not told to leave the fan's devices alone");
    /** A container engine's settings differ from what was set for the fan. */
    public static final Code ENGINE_ALTERED =
            own("engine-altered", WARNING, "a container engine's settings differ from what was set for the fan");
    /** A container engine that was put on the fan does not answer. */
    public static final Code ENGINE_STOPPED =
            own("engine-stopped", WARNING, "a container engine that was put on the fan does not answer");
    /** A container engine is still set to a fan that is not up. */
    public static final Code ENGINE_LEFT =
            own("engine-left", WARNING, "a container engine is still set to a fan that is not up");
    /** A container publishes ports on the fan's network, where nothing forwards them. */
    public static final Code PORTS_UNPUBLISHED =
            own("ports-unpublished", WARNING, "a container publishes ports on a network that forwards none");
    /** An instance of LXD or Incus has the fan's profile and is not on the fan. */
    public static final Code INSTANCE_OFF =
            own("instance-off", WARNING, "an instance has the fan's profile and is not on the fan");
    /** The old ubuntu-fan package, or its hook, is still there. */
    public static final Code UBUNTU_FAN =
            own("ubuntu-fan", WARNING, "the old ubuntu-fan package, or its hook, is still there");
    /** A device has a fan's name and is not ours. */
    public static final Code LEFTOVER_DEVICE =
            own("leftover-device", WARNING, "a device has a fan's name and is not ours");
    /** encap, guard or gate dropped frames that no healthy fan sends. */
    public static final Code DROPS =
            own("drops", NOTE, "encap, guard or gate dropped frames that no healthy fan sends");
    /** Another host of the fan is not reached. */
    public static final Code PEER = own("peer", ERROR, "another host of the fan is not reached");

    private final String word;
    private final Severity severity;
    private final String meaning;

    private Code(String word, Severity severity, String meaning) {
        this.word = word;
        this.severity = severity;
        this.meaning = meaning;
    }

    private static Code own(String word, Severity severity, String meaning) {
        Code code = new Code(word, severity, meaning);
        OWN.add(code);
        return code;
    }

    /**
     * {@return a code for a check of somebody else}
     *
     * @param word small letters, digits and dashes, with a dot after whose it is, so that none of fanatic's is ever the same
     * @param severity how bad it mostly is
     * @param meaning what it means, for lists
     * @throws IllegalArgumentException when the word is written otherwise
     */
    public static Code of(String word, Severity severity, String meaning) {
        if (!word.matches("[a-z0-9-]+\\.[a-z0-9.-]+")) {
            throw new IllegalArgumentException(
                    "\"" + word + "\" cannot be the code of a finding; write it as in acme.disk-full");
        }
        return new Code(word, Objects.requireNonNull(severity, "severity"), Objects.requireNonNull(meaning, "meaning"));
    }

    /** {@return the codes of this version's own checks, in the order of fan-doctor(7)} */
    public static List<Code> all() {
        return List.copyOf(OWN);
    }

    /** {@return the code for programs; stable} */
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

    /** By the word alone. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Code that && word.equals(that.word);
    }

    @Override
    public int hashCode() {
        return word.hashCode();
    }

    @Override
    public String toString() {
        return word;
    }
}
