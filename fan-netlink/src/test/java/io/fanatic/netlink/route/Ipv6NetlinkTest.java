package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same messages as those of IPv4, with what an IPv6 overlay takes on a host: an address, a route, a neighbour. */
class Ipv6NetlinkTest {
    private static final int IFA_F_NODAD = 0x02;
    private static final IpAddress HOST = Ipv6Address.parse("fd00:fa:0:2d::1");
    private static final IpAddress GATEWAY = Ipv6Address.parse("fe80::fa");
    private static final Prefix OVERLAY = Prefix.parse("fd00:fa::/48");

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    NetlinkSocket socket;
    int bridge;

    @BeforeEach
    void makeBridge() {
        socket = inside.socket();
        bridge = new Links(socket).create(NewLink.bridge("br0").up());
    }

    @Test
    void anAddressIsThereAsItWasAddedAndGoes() {
        Addresses addresses = new Addresses(socket);
        InterfaceAddress address = new InterfaceAddress(bridge, HOST, 64, HOST, 0, IFA_F_NODAD, 250, "");
        addresses.add(address);
        assertThat(inside.sh("ip -6 addr show dev br0")).contains("inet6 fd00:fa:0:2d::1/64 scope global nodad");
        assertThat(addresses.list(IpFamily.IPV6))
                .filteredOn(each -> each.index() == bridge)
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.address()).isEqualTo(HOST);
                    assertThat(each.peer()).isEqualTo(HOST);
                    assertThat(each.prefixLength()).isEqualTo(64);
                    assertThat(each.permanent()).isTrue();
                });
        assertThat(addresses.list()).as("of IPv4").noneMatch(each -> each.index() == bridge);
        addresses.delete(address);
        assertThat(addresses.list(IpFamily.IPV6)).noneMatch(each -> each.index() == bridge);
        assertThatThrownBy(() -> addresses.delete(address))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRNOTAVAIL))
                .hasMessageContaining("delete address fd00:fa:0:2d::1/64 on link " + bridge);
    }

    @Test
    void aRouteByAGatewayIsThereAsItWasAddedLeadsThereAndGoes() {
        Routes routes = new Routes(socket);
        new Addresses(socket).add(new InterfaceAddress(bridge, HOST, 64, HOST, 0, IFA_F_NODAD, 0, ""));
        Route route = Route.via(OVERLAY, GATEWAY, bridge, Route.PROTOCOL_STATIC)
                .withPreferredSource(HOST)
                .withMetric(7)
                .withMtu(1402);
        routes.add(route);
        assertThat(inside.sh("ip -6 route show " + OVERLAY))
                .contains("fd00:fa::/48 via fe80::fa dev br0 proto static src fd00:fa:0:2d::1 metric 7 mtu 1402");
        assertThat(routes.list(IpFamily.IPV6)).contains(route);
        assertThat(routes.list())
                .as("of IPv4")
                .noneMatch(each -> each.destination().overlaps(OVERLAY));

        IpAddress other = Ipv6Address.parse("fd00:fa:0:308::2");
        assertThat(routes.lookup(other)).hasValueSatisfying(way -> {
            assertThat(way.outInterface()).isEqualTo(bridge);
            assertThat(way.gateway()).isEqualTo(Optional.of(GATEWAY));
            assertThat(way.preferredSource()).isEqualTo(Optional.of(HOST));
        });
        assertThat(routes.lookup(other, Optional.of(HOST))).isPresent();
        assertThat(routes.lookup(Ipv6Address.parse("2001:db8::1"))).isEmpty();
        routes.delete(route);
        assertThat(routes.list(IpFamily.IPV6))
                .noneMatch(each -> each.destination().equals(OVERLAY));
    }

    @Test
    void severalWaysAreReadWithTheirGateways() {
        inside.sh("ip -6 route add " + OVERLAY + " nexthop via fe80::1 dev br0 nexthop via fe80::2 dev br0");
        assertThat(new Routes(socket).list(IpFamily.IPV6))
                .filteredOn(each -> each.destination().equals(OVERLAY))
                .flatMap(Route::nextHops)
                .extracting(hop -> hop.gateway().orElseThrow().toString())
                .containsExactlyInAnyOrder("fe80::1", "fe80::2");
    }

    @Test
    void aPermanentNeighbourIsThereAndGoes() {
        Neighbours neighbours = new Neighbours(socket);
        MacAddress mac = new MacAddress(0x02fa00000001L);
        neighbours.replace(bridge, GATEWAY, mac);
        assertThat(inside.sh("ip -6 neigh show")).contains("fe80::fa dev br0 lladdr 02:fa:00:00:00:01 PERMANENT");
        assertThat(neighbours.list(IpFamily.IPV6))
                .contains(new Neighbour(bridge, GATEWAY, mac, Neighbours.NUD_PERMANENT, 0));
        assertThat(neighbours.list())
                .as("of IPv4")
                .noneMatch(each -> each.address().equals(GATEWAY));
        neighbours.delete(bridge, GATEWAY);
        assertThat(inside.sh("ip -6 neigh show")).doesNotContain("fe80::fa");
    }
}
