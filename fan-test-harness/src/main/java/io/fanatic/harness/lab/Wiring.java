package io.fanatic.harness.lab;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/** One namespace's links, addresses and routes, as far as a lab needs them; to be closed. */
final class Wiring implements AutoCloseable {

    private static final String LOOPBACK = "lo";
    private static final Ipv4Prefix EVERYWHERE = Ipv4Prefix.parse("0.0.0.0/0");
    private static final Ipv6Prefix EVERYWHERE_IPV6 = Ipv6Prefix.parse("::/0");
    private static final int O_CLOEXEC = 02000000;
    private static final int HOST_PREFIX = 32;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Namespace namespace;
    private final NetlinkSocket netlink;
    private final Links links;

    private Wiring(Namespace namespace) {
        this.namespace = namespace;
        this.netlink = namespace.call(NetlinkSocket::open);
        this.links = new Links(netlink);
    }

    static Wiring of(Namespace namespace) {
        return new Wiring(namespace);
    }

    Wiring loopback() {
        links.setUp(index(LOOPBACK), true);
        return this;
    }

    void loopbackAddress(Ipv4Address address) {
        add(index(LOOPBACK), address, HOST_PREFIX);
    }

    void bridge(String name, int mtu, Ipv4Address address, int prefixLength) {
        add(links.create(NewLink.bridge(name).mtu(mtu).up()), address, prefixLength);
    }

    /** A cable from here to there; both ends are off. */
    void addVeth(String name, Namespace there, String nameThere, int mtu) {
        int fd = check("open " + there.network(), Native.open(there.network().toString(), O_CLOEXEC));
        try {
            links.create(NewLink.veth(name, nameThere).mtu(mtu).peerNamespace(fd));
        } finally {
            LIBC.close(fd);
        }
    }

    /** Makes an interface a port of a bridge and switches it on. */
    void plug(String name, String bridge) {
        int index = index(name);
        links.setNoIpv6Address(index);
        links.setMaster(index, index(bridge));
        links.setUp(index, true);
    }

    /** Gives an interface its address and the way out, and switches it on. */
    void join(String name, Ipv4Address address, int prefixLength, Ipv4Address router) {
        int index = index(name);
        if (!find(name).orElseThrow().up()) {
            links.setNoIpv6Address(index);
            links.setUp(index, true);
        }
        add(index, address, prefixLength);
        new Routes(netlink).add(Route.via(EVERYWHERE, router, index, Route.PROTOCOL_STATIC));
    }

    /** Gives an interface an IPv6 address of a /64, whose first address is the way out, and switches it on. */
    void joinIpv6(String name, Ipv6Address address) {
        int index = index(name);
        links.setUp(index, true);
        new Addresses(netlink)
                .add(InterfaceAddress.of(index, address, 64, Route.PROTOCOL_STATIC)
                        .withoutDuplicateDetection());
        Ipv6Address router = new Ipv6Address(address.high(), 1);
        new Routes(netlink).add(Route.via(EVERYWHERE_IPV6, router, index, Route.PROTOCOL_STATIC));
    }

    /** Waits until these carry packets, and throws a LabException naming one that does not within half a minute. */
    void awaitRunning(Collection<String> names) {
        links.awaitRunning(names, TIMEOUT).ifPresent(idle -> {
            throw new LabException("the cable " + idle + " in " + namespace.network() + " carries nothing");
        });
    }

    void setUp(String name, boolean up) {
        links.setUp(index(name), up);
    }

    void setMtu(String name, int bytes) {
        links.setMtu(index(name), bytes);
    }

    void unplug(String name) {
        find(name).ifPresent(link -> links.delete(link.index()));
    }

    Optional<Link> find(String name) {
        return links.named(name);
    }

    private void add(int index, Ipv4Address address, int prefixLength) {
        new Addresses(netlink).add(InterfaceAddress.of(index, address, prefixLength, Route.PROTOCOL_STATIC));
    }

    private int index(String name) {
        return find(name)
                .orElseThrow(() -> new LabException("there is no interface " + name + " in " + namespace.network()))
                .index();
    }

    @Override
    public void close() {
        netlink.close();
    }
}
