package io.fanatic.netlink.kernel;

/** What a fan uses of a kernel and not every kernel has: what it gives, and what is done without it. */
public enum KernelFeature {
    /** The programs that do the arithmetic. */
    EBPF("ebpf", "the programs that do the arithmetic", ""),
    /** Tunnels of type vxlan. */
    VXLAN("vxlan", "tunnels of type vxlan", ""),
    /** The bridge that containers are plugged into. */
    BRIDGE("bridge", "the bridge that containers are plugged into", ""),
    /** No checksum in the outer UDP header (Linux 4.5). */
    ZERO_CHECKSUM("zero-checksum", "no checksum in the outer UDP header (Linux 4.5)", ""),
    /** Programs that are replaced in one go, beside those of others (Linux 6.6). */
    TCX("tcx", "programs that are replaced in one go, beside those of others (Linux 6.6)", "a clsact filter each way"),
    /** Several underlay addresses of a host in one fan (Linux 6.0). */
    LOCAL_ADDRESS(
            "local-address",
            "several underlay addresses of a host in one fan (Linux 6.0)",
            "one underlay address for each fan; routing chooses the outer source"),
    /** Several fans on one UDP port (Linux 5.18). */
    VNI_FILTER(
            "vni-filter",
            "several fans on one UDP port (Linux 5.18)",
            "a UDP port for each fan, by --port on every host"),
    /** Masquerading of what leaves the overlay. */
    NFTABLES(
            "nftables",
            "masquerading of what leaves the overlay",
            "no masquerading: containers reach the overlay and their host"),
    /** Masquerading of IPv6 that leaves the overlay. */
    NFTABLES_IPV6(
            "nftables-ipv6",
            "masquerading of IPv6 that leaves the overlay",
            "containers reach the IPv6 overlay and their host"),
    /** Looking up a packet's source in the routes. */
    NFTABLES_FIB(
            "nftables-fib",
            "dropping of forged packets from outside a fan",
            "packets without a tunnel may claim a source in the overlay; a strict rp_filter stops IPv4"),
    /** Rules for frames on bridges. */
    NFTABLES_BRIDGE(
            "nftables-bridge",
            "dropping of a container's frames with a host's Ethernet address",
            "a container may have sent to it what is for another host's address"),
    /** Programs at the root of cgroup v2 that see who sends. */
    LOCAL_USERS(
            "local-users",
            "keeping local users from sending to the tunnel's port (cgroup v2, Linux 5.14)",
            "any process of this host may send frames to other hosts in its name"),
    /** Forwarding of IPv6 by single devices (Linux 6.17). */
    FORCE_FORWARDING(
            "force-forwarding",
            "forwarding of IPv6 by single devices (Linux 6.17)",
            "net.ipv6.conf.all.forwarding is switched on where IPv6 leaves the overlay"),
    /** IPIP tunnels, with 30 bytes less overhead per packet than VXLAN. */
    IPIP("ipip", "IPIP tunnels, with 30 bytes less overhead per packet than VXLAN", "tunnels of type vxlan only"),
    /** Path MTU discovery for senders of an IPIP fan. */
    IPIP_PATH_MTU(
            "ipip-path-mtu",
            "path MTU discovery for senders of an IPIP fan",
            "large packets of an IPIP fan are lost where the path MTU is below --mtu"),
    /** Rules of iptables that let a fan pass where others drop what is forwarded. */
    ACCEPT_RULES(
            "accept-rules",
            "rules of iptables that let a fan pass where Docker or others drop what is forwarded",
            "an ipip fan passes there only after such rules were added by hand"),
    /** Outer headers written and removed by the fan's own programs (Linux 5.13). */
    FAST_PATH(
            "fast-path",
            "outer headers written and removed by the fan's own programs (Linux 5.13)",
            "the kernel's VXLAN device carries everything"),
    /** Packets without encapsulation between hosts on one segment (Linux 5.12). */
    DIRECT(
            "direct",
            "packets without encapsulation between hosts on one segment, with --direct (Linux 5.12)",
            "everything travels by VXLAN"),
    /** Encrypted packets between hosts. */
    ESP(
            "esp",
            "encrypted packets between hosts, with --encrypt (IPsec's ESP with AES-GCM)",
            "packets travel as clear text; --encrypt is refused");

    private final String word;
    private final String gives;
    private final String without;

    KernelFeature(String word, String gives, String without) {
        this.word = word;
        this.gives = gives;
        this.without = without;
    }

    /** {@return the feature's name, as {@code fanatic doctor --kernel} prints it} */
    public String word() {
        return word;
    }

    /** {@return what fans have of it, in a few words} */
    public String gives() {
        return gives;
    }

    /** {@return what is done on a kernel without it, in a few words; empty: no fan} */
    public String without() {
        return without;
    }

    /** Whether it is about the programs, so that without eBPF it cannot even be tried. */
    boolean isOfEbpf() {
        return this == EBPF || this == ZERO_CHECKSUM || this == TCX || this == LOCAL_ADDRESS || this == IPIP_PATH_MTU;
    }

    /** {@return whether there is no fan without it} */
    public boolean required() {
        return without.isEmpty();
    }
}
