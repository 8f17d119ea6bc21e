package io.fanatic.netlink.kernel;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What the engine knows of a network device. Devices are told apart by name, since indexes are reused.
 *
 * @param name as in {@code ip link}
 * @param kind the driver's name for devices made by software ({@code bridge}, {@code vxlan}, {@code veth}), else empty
 * @param mac link-layer address; 0 where the device has none
 * @param mtu bytes
 * @param up whether it is administratively up
 * @param master the bridge that it is a port of
 * @param alias its ifalias, or empty
 * @param spanningTree whether it is a bridge that runs the spanning tree protocol
 * @param ipv6 whether it is a bridge on which the host takes and sends IPv6, and that can be switched off; of a fan with an IPv6
 *     overlay, whether the host does that as a router
 * @param arpAnnounce which address the host's ARP gives as the sender there (net.ipv4.conf.*.arp_announce), if it is a bridge
 * @param remembers whether it is a bridge that remembers an Ethernet address for 20 days, and not for some minutes
 * @param vxlan what only a VXLAN device has
 * @param ipip what only an IPIP device has
 */
public record LinkState(
        String name,
        String kind,
        MacAddress mac,
        int mtu,
        boolean up,
        Optional<String> master,
        String alias,
        boolean spanningTree,
        boolean ipv6,
        int arpAnnounce,
        boolean remembers,
        Optional<Vxlan> vxlan,
        Optional<Ipip> ipip) {
    /** IFNAMSIZ less the closing zero. */
    private static final int LONGEST_NAME = 15;

    /**
     * A device that is no IPIP tunnel, nor a bridge with a spanning tree or IPv6.
     *
     * @param name the device's
     * @param kind such as vxlan
     * @param mac its Ethernet address
     * @param mtu bytes
     * @param up whether it is switched on
     * @param master the bridge that it is a port of
     * @param alias its ifalias
     * @param vxlan what only VXLAN devices have
     */
    public LinkState(
            String name,
            String kind,
            MacAddress mac,
            int mtu,
            boolean up,
            Optional<String> master,
            String alias,
            Optional<Vxlan> vxlan) {
        this(name, kind, mac, mtu, up, master, alias, false, false, 0, false, vxlan, Optional.empty());
    }

    /**
     * What only IPIP devices have.
     *
     * @param external whether the addresses come from metadata
     * @param local the outer source address, if fixed
     * @param remote the peer, if fixed
     */
    public record Ipip(boolean external, Optional<Ipv4Address> local, Optional<Ipv4Address> remote) {}

    /**
     * What only VXLAN devices have.
     *
     * @param port UDP destination port
     * @param external whether the tunnel key comes from metadata ("collect metadata", "flow based")
     * @param vniFilter whether it receives only certain VNIs, so that others can share the port
     * @param vnis these VNIs
     * @param vni the one VNI of a device that is not external, else 0
     */
    public record Vxlan(int port, boolean external, boolean vniFilter, List<Vnis> vnis, int vni) {
        /** Copies the list. */
        public Vxlan {
            vnis = List.copyOf(vnis);
        }

        /**
         * {@return whether the filter admits a VNI}
         *
         * @param wanted 0 to 2^24-1
         */
        public boolean admits(int wanted) {
            for (Vnis range : vnis) {
                if (wanted >= range.first && wanted <= range.last) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * VNIs in a row, both ends included.
     *
     * @param first 0 to 2^24-1
     * @param last at least the first
     */
    public record Vnis(int first, int last) {}

    /** {@return whether the device carries our label} */
    public boolean isOurs() {
        return Label.isOurs(alias);
    }

    /**
     * {@return the same with another MTU}
     *
     * @param mtu bytes
     */
    public LinkState withMtu(int mtu) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withMac(MacAddress mac) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withUp(boolean up) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withMaster(Optional<String> master) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    /**
     * {@return the same with another alias}
     *
     * @param alias its ifalias
     */
    public LinkState withAlias(String alias) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withSpanningTree(boolean spanningTree) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    /**
     * {@return the same where the host does or does not take and send IPv6 there}
     *
     * @param ipv6 whether it does
     */
    public LinkState withIpv6(boolean ipv6) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withArpAnnounce(int arpAnnounce) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withRemembers(boolean remembers) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withName(String name) {
        return new LinkState(
                name, kind, mac, mtu, up, master, alias, spanningTree, ipv6, arpAnnounce, remembers, vxlan, ipip);
    }

    LinkState withVnis(List<Vnis> vnis) {
        Vxlan old = vxlan.orElseThrow();
        Vxlan changed = new Vxlan(old.port(), old.external(), old.vniFilter(), vnis, old.vni());
        return new LinkState(
                name,
                kind,
                mac,
                mtu,
                up,
                master,
                alias,
                spanningTree,
                ipv6,
                arpAnnounce,
                remembers,
                Optional.of(changed),
                ipip);
    }

    /**
     * {@return whether the kernel can have given a device that name; what is none never becomes part of a path}
     *
     * @param name 1 to 15 bytes of UTF-8, without white space, colon and slash
     */
    public static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == ':' || Character.isWhitespace(c) || c == 0) {
                return false;
            }
        }
        return !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
                && !name.equals(".")
                && !name.equals("..")
                // These stand for all devices and those to come; the kernel makes no switches for devices of that name.
                && !name.equals("all")
                && !name.equals("default");
    }

    /** {@code fan-250 (bridge, 02:fa:0a:00:00:2d, MTU 1450, up)}, with its alias and the bridge that it is a port of, where there are. */
    @Override
    public String toString() {
        return name + " (" + (kind.isEmpty() ? "" : kind + ", ") + mac + ", MTU " + mtu + (up ? ", up" : ", down")
                + master.map(bridge -> ", port of " + bridge).orElse("")
                + (alias.isEmpty() ? "" : ", alias \"" + alias + "\"") + ")";
    }
}
