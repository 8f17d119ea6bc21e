package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RoutesTest {
    private static final int PROTOCOL = 200;
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final Ipv4Address ROUTER = Ipv4Address.parse("10.0.0.254");

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    Routes routes;
    int link;

    @BeforeEach
    void makeLinkWithAddress() {
        NetlinkSocket socket = inside.socket();
        routes = new Routes(socket);
        link = new Links(socket).create(NewLink.bridge("br0").up());
        new Addresses(socket).add(InterfaceAddress.of(link, Ipv4Address.parse("10.0.0.45"), 16, 0));
    }

    @Test
    void theListIsThatOfIpRoute() {
        inside.sh("ip route add default via 10.0.0.254 metric 100");
        inside.sh("ip route add 192.0.2.0/24 dev br0 src 10.0.0.45 table 1000 proto 77 metric 5");
        inside.sh("ip route add blackhole 198.51.100.0/24");
        inside.sh("ip route add unreachable 203.0.113.7");

        List<String> theirs = new ArrayList<>();
        for (JsonElement element : inside.json("ip -j -N -d -4 route show table all")) {
            JsonObject route = element.getAsJsonObject();
            String destination = text(route, "dst", "").replace("default", "0.0.0.0/0");
            theirs.add((destination.contains("/") ? destination : destination + "/32") + " "
                    + text(route, "gateway", "-") + " " + text(route, "prefsrc", "-") + " "
                    + text(route, "table", "254") + " " + text(route, "protocol", "") + " " + text(route, "type", "")
                    + " " + text(route, "metric", "0") + " " + text(route, "scope", "0") + " "
                    + text(route, "dev", "-"));
        }
        List<String> ours = new ArrayList<>();
        for (Route r : routes.list()) {
            ours.add(r.destination() + " " + r.gateway().map(Object::toString).orElse("-") + " "
                    + r.preferredSource().map(Object::toString).orElse("-") + " " + r.table() + " " + r.protocol() + " "
                    + r.type() + " " + r.metric() + " " + r.scope() + " " + (r.outInterface() == 0 ? "-" : "br0"));
        }
        assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs).hasSizeGreaterThan(6);
    }

    private static String text(JsonObject object, String key, String otherwise) {
        return object.has(key) ? object.get(key).getAsString() : otherwise;
    }

    @Test
    void aRouteIsAddedReplacedAndDeleted() {
        Route route = Route.direct(OVERLAY, link, PROTOCOL).withPreferredSource(Ipv4Address.parse("10.0.0.45"));
        routes.add(route);
        assertThat(routes.list()).contains(route);
        assertThat(inside.sh("ip -N route show 250.0.0.0/8")).contains("dev br0 proto 200 scope 253 src 10.0.0.45");

        Route other = Route.via(OVERLAY, ROUTER, link, PROTOCOL);
        routes.replace(other);
        assertThat(routes.list()).contains(other).doesNotContain(route);

        routes.delete(other);
        assertThat(routes.list()).doesNotContain(other);
    }

    @Test
    void routesOfEveryShapeComeBackAsTheyWereWritten() {
        List<Route> shapes = List.of(
                new Route(
                        OVERLAY,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        Route.TABLE_MAIN,
                        PROTOCOL,
                        Route.TYPE_BLACKHOLE,
                        0,
                        Route.SCOPE_GLOBAL,
                        0,
                        List.of(),
                        0),
                Route.via(Ipv4Prefix.parse("0.0.0.0/0"), ROUTER, link, PROTOCOL).withMetric(4000),
                Route.direct(Ipv4Prefix.parse("192.0.2.1/32"), link, PROTOCOL).withTable(100_000),
                Route.direct(OVERLAY, link, PROTOCOL).withMtu(1380),
                new Route(
                        Ipv4Prefix.parse("198.51.100.0/24"),
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        Route.TABLE_MAIN,
                        PROTOCOL,
                        Route.TYPE_UNICAST,
                        0,
                        Route.SCOPE_GLOBAL,
                        0,
                        List.of(
                                new NextHop(link, Optional.of(ROUTER), 3),
                                new NextHop(link, Optional.of(ROUTER.plus(-1)), 1)),
                        1400));
        for (Route route : shapes) {
            routes.add(route);
            assertThat(routes.list()).contains(route);
            routes.delete(route);
            assertThat(routes.list()).doesNotContain(route);
        }
    }

    @Test
    void anotherOnesRouteIsNotDeletedInPlaceOfOurs() {
        routes.add(Route.direct(OVERLAY, link, 4));

        assertThatThrownBy(() -> routes.delete(Route.direct(OVERLAY, link, PROTOCOL)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH))
                .hasMessageContaining("delete route 250.0.0.0/8");
        assertThatThrownBy(() -> routes.add(Route.direct(OVERLAY, link, PROTOCOL)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    }

    @Test
    void aLookUpAnswersAsIpRouteGet() {
        assertThat(routes.lookup(Ipv4Address.parse("192.0.2.1"))).isEmpty();
        Route own = routes.lookup(Ipv4Address.parse("10.0.0.45")).orElseThrow();
        assertThat(own.type()).isEqualTo(Route.TYPE_LOCAL);
        Route near = routes.lookup(Ipv4Address.parse("10.0.3.4")).orElseThrow();
        assertThat(near.outInterface()).isEqualTo(link);
        assertThat(near.preferredSource()).contains(Ipv4Address.parse("10.0.0.45"));
        inside.sh("ip route add default via 10.0.0.254");
        Route far = routes.lookup(Ipv4Address.parse("192.0.2.1")).orElseThrow();
        assertThat(far.gateway()).contains(ROUTER);
        inside.sh("ip route add blackhole 192.0.2.0/24");
        assertThat(routes.lookup(Ipv4Address.parse("192.0.2.1"))).isEmpty();
        inside.sh("ip route add prohibit 198.51.100.0/24");
        assertThat(routes.lookup(Ipv4Address.parse("198.51.100.1"))).isEmpty();
    }
}
