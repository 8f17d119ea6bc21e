package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.wire.Request;
import java.util.Optional;

/**
 * A link to be made by {@link Links#create}: its kind first, then what else it shall be.
 *
 * <pre>
 *   NewLink.bridge("fan-250").mac(mac).mtu(1450).alias("fan 250.0.0.0/8 over 10.0.0.0/16").up()
 * </pre>
 *
 * <p>No link made here gives itself an IPv6 address: a fan is IPv4, and a bridge that joins IPv6 multicast groups on its
 * own is noise in every container.
 */
public final class NewLink {
    static final int IFLA_VXLAN_ID = 1;
    static final int IFLA_VXLAN_GROUP = 2;
    static final int IFLA_VXLAN_LOCAL = 4;
    static final int IFLA_VXLAN_LEARNING = 7;
    static final int IFLA_VXLAN_PORT = 15;
    static final int IFLA_VXLAN_UDP_CSUM = 18;
    static final int IFLA_VXLAN_COLLECT_METADATA = 25;
    static final int IFLA_VXLAN_VNIFILTER = 30;

    static final int IFLA_IPTUN_LOCAL = 2;
    static final int IFLA_IPTUN_REMOTE = 3;
    static final int IFLA_IPTUN_COLLECT_METADATA = 19;

    private static final int IFLA_BR_FORWARD_DELAY = 1;
    static final int IFLA_BR_AGEING_TIME = 4;
    static final int IFLA_BR_STP_STATE = 5;
    private static final int IFLA_BR_MCAST_SNOOPING = 23;
    private static final int IFLA_BR_FDB_MAX_LEARNED = 49;

    /**
     * How many Ethernet addresses a bridge learns: more than a fan's host meets in the five minutes that it remembers one, and some 8 MB.
     * Without a limit, a container that makes up addresses fills the host's memory. Kernels before 6.8 have no limit and ignore it.
     */
    private static final int MAX_LEARNED = 1 << 16;

    private static final int VETH_INFO_PEER = 1;

    private final String kind;
    private final String name;
    private final KindData data;
    private int mtu;
    private Optional<MacAddress> mac = Optional.empty();
    private int master;
    private String alias = "";
    private boolean up;
    private int peerNamespaceFd = -1;

    /** The attributes that only this kind has; a named class, since a lambda costs start-up. */
    private interface KindData {
        void write(Request request, NewLink link);
    }

    private NewLink(String kind, String name, KindData data) {
        this.kind = kind;
        this.name = name;
        this.data = data;
    }

    /** A learning bridge that forwards at once: no spanning tree, no forward delay, no multicast snooping. */
    public static NewLink bridge(String name) {
        return new NewLink("bridge", name, new BridgeData());
    }

    /**
     * A VXLAN device that takes remote, local address and VNI from each packet's tunnel metadata and learns nothing.
     *
     * @param port the UDP port, 1 to 65535
     * @param vniFilter receive only the VNIs of {@link VniFilter} (kernel 5.18 and later), so that several such devices can
     *     share the port
     */
    public static NewLink externalVxlan(String name, int port, boolean vniFilter) {
        return new NewLink("vxlan", name, new ExternalVxlanData(port, vniFilter));
    }

    /**
     * A VXLAN device to one peer, as {@code ip link add type vxlan id VNI local L remote R dstport P nolearning noudpcsum}
     * makes it: with one peer there is nothing to learn.
     */
    public static NewLink vxlan(String name, int vni, Ipv4Address local, Ipv4Address remote, int port) {
        return new NewLink("vxlan", name, new VxlanData(vni, local, remote, port));
    }

    /**
     * An IPIP device that takes remote and local address from each packet's tunnel metadata. A namespace has one at most: a second one is
     * refused with EEXIST.
     */
    public static NewLink externalIpip(String name) {
        return new NewLink("ipip", name, new ExternalIpipData());
    }

    /** Two links joined by a cable. */
    public static NewLink veth(String name, String peerName) {
        return new NewLink("veth", name, new VethData(peerName));
    }

    /** Bytes of the largest packet; of both ends of a veth. */
    public NewLink mtu(int bytes) {
        mtu = bytes;
        return this;
    }

    public NewLink mac(MacAddress address) {
        mac = Optional.of(address);
        return this;
    }

    /** Makes it a port of this bridge. */
    public NewLink master(int index) {
        master = index;
        return this;
    }

    /** At most 254 bytes of text for people and programs. */
    public NewLink alias(String text) {
        alias = text;
        return this;
    }

    /** Switches it on as the last thing. */
    public NewLink up() {
        up = true;
        return this;
    }

    /** Makes a veth's peer in another network namespace. */
    public NewLink peerNamespace(int fd) {
        peerNamespaceFd = fd;
        return this;
    }

    String name() {
        return name;
    }

    String kind() {
        return kind;
    }

    String alias() {
        return alias;
    }

    boolean isUp() {
        return up;
    }

    /**
     * The MTU that has to be set again when the link is there, or 0. A bridge takes the smallest of its ports' MTUs unless
     * its own has been <em>changed</em> once: the MTU it was made with does not count.
     */
    int mtuAfterwards() {
        return kind.equals("bridge") ? mtu : 0;
    }

    /** Writes what the kernel takes at creation, behind the fixed part. */
    void write(Request request) {
        request.string(Links.IFLA_IFNAME, name);
        if (mtu != 0) {
            request.u32(Links.IFLA_MTU, mtuAfterwards() == 0 ? mtu : mtu > 1500 ? mtu - 1 : mtu + 1);
        }
        if (mac.isPresent()) {
            request.bytes(Links.IFLA_ADDRESS, Links.octets(mac.get()));
        }
        if (master != 0) {
            request.u32(Links.IFLA_MASTER, master);
        }
        request.nest(Links.IFLA_LINKINFO).string(Links.IFLA_INFO_KIND, kind).nest(Links.IFLA_INFO_DATA);
        data.write(request, this);
        request.end().end();
    }

    private static final class BridgeData implements KindData {
        @Override
        public void write(Request request, NewLink link) {
            request.u32(IFLA_BR_FORWARD_DELAY, 0)
                    .u32(IFLA_BR_STP_STATE, 0)
                    .u8(IFLA_BR_MCAST_SNOOPING, 0)
                    .u32(IFLA_BR_FDB_MAX_LEARNED, MAX_LEARNED);
        }
    }

    private record ExternalVxlanData(int port, boolean vniFilter) implements KindData {
        @Override
        public void write(Request request, NewLink link) {
            request.be16(IFLA_VXLAN_PORT, port)
                    .u8(IFLA_VXLAN_COLLECT_METADATA, 1)
                    .u8(IFLA_VXLAN_LEARNING, 0);
            if (vniFilter) {
                request.u8(IFLA_VXLAN_VNIFILTER, 1);
            }
        }
    }

    private record VxlanData(int vni, Ipv4Address local, Ipv4Address remote, int port) implements KindData {
        @Override
        public void write(Request request, NewLink link) {
            request.u32(IFLA_VXLAN_ID, vni)
                    .be16(IFLA_VXLAN_PORT, port)
                    .be32(IFLA_VXLAN_LOCAL, local.bits())
                    .be32(IFLA_VXLAN_GROUP, remote.bits())
                    .u8(IFLA_VXLAN_LEARNING, 0)
                    .u8(IFLA_VXLAN_UDP_CSUM, 0);
        }
    }

    private record ExternalIpipData() implements KindData {
        @Override
        public void write(Request request, NewLink link) {
            request.bytes(IFLA_IPTUN_COLLECT_METADATA, new byte[0]);
        }
    }

    private record VethData(String peerName) implements KindData {
        @Override
        public void write(Request request, NewLink link) {
            request.nest(VETH_INFO_PEER);
            Links.putIfinfomsg(request, 0, 0, 0);
            request.string(Links.IFLA_IFNAME, peerName);
            if (link.mtu != 0) {
                request.u32(Links.IFLA_MTU, link.mtu);
            }
            if (link.peerNamespaceFd >= 0) {
                request.u32(Links.IFLA_NET_NS_FD, link.peerNamespaceFd);
            }
            request.end();
        }
    }
}
