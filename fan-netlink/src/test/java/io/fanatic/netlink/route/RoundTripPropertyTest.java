package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Requests;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Everything that we write to the kernel and also read from it: what is asked for is what our own readers make of the request,
 * whose layout is that of the kernel's answer. Policy rules are only read, see ReadersFuzz.
 */
class RoundTripPropertyTest {
    private static final int TRIES = 300;

    private static Arbitrary<Integer> indexes() {
        return Arbitraries.integers().between(1, Integer.MAX_VALUE);
    }

    private static Arbitrary<Integer> octets() {
        return Arbitraries.integers().between(0, 255);
    }

    private static Arbitrary<Ipv4Address> ips() {
        return Arbitraries.integers().map(Ipv4Address::of);
    }

    private static Arbitrary<MacAddress> macs() {
        return Arbitraries.longs().between(0, 0xffff_ffff_ffffL).map(MacAddress::new);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .withChars('é')
                .ofMinLength(1)
                .ofMaxLength(15);
    }

    /** Of one family, since a message has one. */
    private static Arbitrary<IpAddress> ips(IpFamily family) {
        return Arbitraries.bytes().array(byte[].class).ofSize(family.bits() / 8).map(IpAddress::ofOctets);
    }

    @Provide
    Arbitrary<InterfaceAddress> addresses() {
        return Arbitraries.of(IpFamily.values())
                .flatMap(family -> Combinators.combine(
                                indexes(),
                                ips(family),
                                Arbitraries.integers().between(0, family.bits()),
                                ips(family),
                                octets(),
                                Arbitraries.integers(),
                                octets(),
                                names().optional().map(name -> name.orElse("")))
                        .as(InterfaceAddress::new));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void anAddressReadsBack(@ForAll("addresses") InterfaceAddress address) {
        assertThat(Requests.readBack(socket -> new Addresses(socket).add(address), new Addresses.Reader()))
                .isEqualTo(address);
    }

    private static Prefix prefix(IpAddress address, int prefixLength) {
        return address instanceof Ipv6Address ipv6
                ? Ipv6Prefix.containing(ipv6, prefixLength)
                : Ipv4Prefix.containing((Ipv4Address) address, prefixLength);
    }

    @Provide
    Arbitrary<Route> routes() {
        return Arbitraries.of(IpFamily.values()).flatMap(RoundTripPropertyTest::routes);
    }

    private static Arbitrary<Route> routes(IpFamily family) {
        Arbitrary<NextHop> hop = Combinators.combine(
                        indexes(),
                        ips(family).optional(),
                        Arbitraries.integers().between(1, 256))
                .as(NextHop::new);
        Arbitrary<Prefix> destination = Combinators.combine(
                        ips(family), Arbitraries.integers().between(0, family.bits()))
                .as(RoundTripPropertyTest::prefix);
        Arbitrary<int[]> bytes = octets().array(int[].class).ofSize(5);
        return Combinators.combine(
                        destination,
                        Arbitraries.integers().between(0, Integer.MAX_VALUE),
                        ips(family).optional(),
                        ips(family).optional(),
                        Arbitraries.integers(),
                        bytes,
                        Arbitraries.integers(),
                        hop.list().ofMaxSize(4))
                .as((to, out, gateway, source, table, numbers, metric, hops) -> new Route(
                        to,
                        out,
                        gateway,
                        source,
                        table,
                        numbers[0],
                        numbers[1],
                        metric,
                        numbers[2],
                        numbers[3],
                        hops,
                        100 * numbers[4]));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aRouteReadsBackWhetherAddedOrReplaced(@ForAll("routes") Route route) {
        assertThat(Requests.readBack(socket -> new Routes(socket).add(route), new RouteReader()))
                .isEqualTo(route);
        assertThat(Requests.readBack(socket -> new Routes(socket).replace(route), new RouteReader()))
                .isEqualTo(route);
    }

    @Provide
    Arbitrary<IpAddress> eitherIp() {
        return Arbitraries.of(IpFamily.values()).flatMap(RoundTripPropertyTest::ips);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aNeighbourReadsBack(
            @ForAll("index") int index, @ForAll("eitherIp") IpAddress ip, @ForAll("mac") MacAddress mac) {
        assertThat(Requests.readBack(socket -> new Neighbours(socket).replace(index, ip, mac), new Neighbours.Reader()))
                .isEqualTo(new Neighbour(index, ip, mac, Neighbours.NUD_PERMANENT, 0));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aForwardingEntryReadsBack(
            @ForAll("index") int index, @ForAll("ip") Ipv4Address ip, @ForAll("mac") MacAddress mac) {
        FdbEntry port = Requests.readBack(
                socket -> new ForwardingDatabase(socket).addToBridge(index, mac), new ForwardingDatabase.Reader());
        FdbEntry remote = Requests.readBack(
                socket -> new ForwardingDatabase(socket).addToVxlan(index, mac, ip), new ForwardingDatabase.Reader());
        assertThat(port).isEqualTo(new FdbEntry(index, mac, 0, Optional.empty(), 0, 0, 0x80, 4));
        assertThat(remote).isEqualTo(new FdbEntry(index, mac, 0, Optional.of(ip), 0, 0, 0xc0, 2));
        assertThat(List.of(port.permanent(), remote.permanent())).containsOnly(true);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aVniOfAFilterReadsBack(@ForAll("index") int index, @ForAll("vni") int vni) {
        assertThat(Requests.readBack(socket -> new VniFilter(socket).add(index, vni), new VniFilter.Reader()))
                .isEqualTo(new VniRange(index, vni, vni));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aProgramAsAFilterReadsBack(
            @ForAll("index") int index,
            @ForAll TrafficControl.Direction direction,
            @ForAll("port") int priority,
            @ForAll("index") int handle,
            @ForAll("name") String name) {
        // The descriptor becomes the kernel's number of the program, which only the kernel knows.
        assertThat(Requests.readBack(
                        socket -> new TrafficControl(socket).replaceFilter(index, direction, priority, handle, 5, name),
                        new FilterReader(direction)))
                .isEqualTo(new BpfFilter(index, direction, priority, handle, 3, name, 0, true));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aClsactReadsBack(@ForAll("index") int index) {
        assertThat(Requests.readBack(socket -> new TrafficControl(socket).addClsact(index), new QdiscReader()))
                .isEqualTo(new Qdisc(index, "clsact", 0xffff0000, 0xfffffff1));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aTunnelReadsBack(
            @ForAll("name") String name,
            @ForAll("mac") MacAddress mac,
            @ForAll("port") int port,
            @ForAll boolean filter) {
        Link link = made(
                NewLink.externalVxlan(name, port, filter).mac(mac).mtu(1450).master(7));
        VxlanSettings vxlan = new VxlanSettings(0, port, true, filter, false, Optional.empty(), Optional.empty(), true);
        assertThat(link)
                .isEqualTo(new Link(
                        0,
                        name,
                        "vxlan",
                        1450,
                        mac,
                        false,
                        false,
                        7,
                        0,
                        0,
                        "",
                        false,
                        0,
                        false,
                        0,
                        Optional.of(vxlan),
                        Optional.empty()));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aVxlanWithOnePeerReadsBack(
            @ForAll("vni") int vni,
            @ForAll("ip") Ipv4Address local,
            @ForAll("ip") Ipv4Address remote,
            @ForAll("port") int port) {
        assertThat(made(NewLink.vxlan("v", vni, local, remote, port)).vxlan())
                .contains(new VxlanSettings(
                        vni, port, false, false, false, Optional.of(local), Optional.of(remote), false));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void anIpipDeviceReadsBack(@ForAll("name") String name) {
        assertThat(made(NewLink.externalIpip(name)).ipip())
                .contains(new IpipSettings(true, Optional.empty(), Optional.empty()));
    }

    /** One that is down, in no group, no port and no tunnel. */
    private static Link plain(int index, String name, String kind, int mtu, MacAddress mac, String alias) {
        return new Link(
                index,
                name,
                kind,
                mtu,
                mac,
                false,
                false,
                0,
                0,
                0,
                alias,
                false,
                0,
                false,
                0,
                Optional.empty(),
                Optional.empty());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void aBridgeAndAVethReadBack(@ForAll("name") String name, @ForAll("mac") MacAddress mac) {
        // A bridge's own MTU is changed once it is there, see NewLink.
        assertThat(made(NewLink.bridge(name).mac(mac))).isEqualTo(plain(0, name, "bridge", 0, mac, ""));
        assertThat(made(NewLink.veth(name, "peer").mac(mac).mtu(9000)))
                .isEqualTo(plain(0, name, "veth", 9000, mac, ""));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void anExistingLinksChangesReadBack(
            @ForAll("index") int index,
            @ForAll("name") String name,
            @ForAll("mac") MacAddress mac,
            @ForAll("port") int number) {
        assertThat(changed(links -> links.renameWithAlias(index, name, "fanatic " + name)))
                .isEqualTo(plain(index, name, "", 0, new MacAddress(0), "fanatic " + name));
        assertThat(changed(links -> links.setMac(index, mac)).mac()).isEqualTo(mac);
        assertThat(changed(links -> links.setMtu(index, number)).mtu()).isEqualTo(number);
        assertThat(changed(links -> links.setMaster(index, number)).master()).isEqualTo(number);
        assertThat(changed(links -> links.setAlias(index, name)).alias()).isEqualTo(name);
        assertThat(changed(links -> links.rename(index, name)).name()).isEqualTo(name);
        assertThat(changed(links -> links.setUp(index, true)).up()).isTrue();
        assertThat(changed(links -> links.setUp(index, false)).up()).isFalse();
    }

    /** What the first request asks for; after it a link is looked up, which nobody answers here. */
    private static Link made(NewLink link) {
        return Requests.readBack(
                socket -> assertThatThrownBy(() -> new Links(socket).create(link))
                        .isInstanceOf(NetlinkException.class)
                        .hasMessageContaining("deleted by somebody else"),
                new LinkReader());
    }

    private static Link changed(Consumer<Links> change) {
        Consumer<NetlinkSocket> use = socket -> change.accept(new Links(socket));
        return Requests.readBack(use, new LinkReader());
    }

    @Provide
    Arbitrary<Integer> index() {
        return indexes();
    }

    @Provide
    Arbitrary<Ipv4Address> ip() {
        return ips();
    }

    @Provide
    Arbitrary<MacAddress> mac() {
        return macs();
    }

    @Provide
    Arbitrary<String> name() {
        return names();
    }

    @Provide
    Arbitrary<Integer> vni() {
        return Arbitraries.integers().between(0, 0xffffff);
    }

    @Provide
    Arbitrary<Integer> port() {
        return Arbitraries.integers().between(1, 65535);
    }
}
