package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NeighboursTest {
    private static final MacAddress MAC = new MacAddress(0x02fa0a00002dL);
    private static final MacAddress NO_MAC = new MacAddress(0);
    private static final Ipv4Address PEER = Ipv4Address.parse("10.0.0.8");

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    Links links;
    Neighbours neighbours;
    ForwardingDatabase fdb;
    int bridge;

    @BeforeEach
    void makeBridge() {
        NetlinkSocket socket = inside.socket();
        links = new Links(socket);
        neighbours = new Neighbours(socket);
        fdb = new ForwardingDatabase(socket);
        bridge = links.create(NewLink.bridge("br0").up());
        new Addresses(socket).add(InterfaceAddress.of(bridge, Ipv4Address.parse("10.0.0.45"), 16, 0));
    }

    @Test
    void permanentAndOtherNeighboursAreToldApart() {
        neighbours.replace(bridge, PEER, MAC);
        inside.sh("ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev br0 nud stale");

        List<String> ours = new ArrayList<>();
        for (Neighbour n : neighbours.list()) {
            if (!n.noArp()) {
                ours.add(n.address() + " " + n.mac() + " " + (n.permanent() ? "PERMANENT" : "STALE"));
            }
        }
        List<String> theirs = new ArrayList<>();
        for (JsonElement element : inside.json("ip -j neigh show")) {
            JsonObject n = element.getAsJsonObject();
            theirs.add(n.get("dst").getAsString() + " " + n.get("lladdr").getAsString() + " "
                    + n.getAsJsonArray("state").get(0).getAsString());
        }
        assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs).hasSize(2);
        neighbours.delete(bridge, PEER);
        assertThat(inside.sh("ip neigh show")).doesNotContain("10.0.0.8");
        assertThatThrownBy(() -> neighbours.delete(bridge, PEER))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    /** It is the machine's: others may add to it and take from it between two looks. */
    @Test
    void theTableOfAllNamespacesIsThatOfTheIpTool() {
        neighbours.replace(bridge, PEER, MAC);
        long end = System.nanoTime() + 10_000_000_000L;
        NeighbourTable before = table();
        String shown = inside.sh("ip -s ntable show name arp_cache");
        while (!table().equals(before)) {
            assertThat(System.nanoTime() - end).isNegative();
            before = table();
            shown = inside.sh("ip -s ntable show name arp_cache");
        }
        assertThat(shown)
                .contains(
                        " thresh3 " + before.limit() + " ",
                        " entries " + before.entries() + " ",
                        " table_fulls " + before.fulls() + " ");
        assertThat(before.entries()).isPositive();
    }

    private NeighbourTable table() {
        return NeighbourTable.list(inside.socket()).stream()
                .filter(each -> each.family() == IpFamily.IPV4)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theForwardingDatabaseIsThatOfTheBridgeTool() {
        // Or the other end of the cable speaks IPv6 between the two lists, and is learned.
        inside.sh("sysctl -q -w net.ipv6.conf.default.disable_ipv6=1");
        links.create(NewLink.veth("v0", "v1").up());
        int port = links.named("v0").orElseThrow().index();
        links.setUp(links.named("v1").orElseThrow().index(), true);
        awaitRunning(port);
        // Only a port that has its carrier when it joins forwards at once, and only that one takes dynamic entries.
        links.setMaster(port, bridge);
        int vxlan = links.create(NewLink.vxlan("vx0", 42, Ipv4Address.parse("10.0.0.45"), PEER, 4789));
        fdb.addToBridge(port, MAC);
        fdb.addToVxlan(vxlan, MAC, PEER.plus(1));
        inside.sh("bridge fdb add 02:00:00:00:00:0a dev v0 master dynamic");

        List<String> ours = new ArrayList<>();
        for (FdbEntry entry : fdb.list()) {
            ours.add(links.byIndex(entry.index()).orElseThrow().name() + " " + entry.mac() + " "
                    + entry.destination().map(Object::toString).orElse("") + " " + entry.permanent() + " "
                    + (entry.master() == bridge));
        }
        List<String> theirs = new ArrayList<>();
        for (JsonElement element : inside.json("bridge -j fdb show")) {
            JsonObject entry = element.getAsJsonObject();
            theirs.add(
                    entry.get("ifname").getAsString() + " " + entry.get("mac").getAsString() + " "
                            + (entry.has("dst") ? entry.get("dst").getAsString() : "") + " "
                            + entry.get("state").getAsString().equals("permanent") + " " + entry.has("master"));
        }
        assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs).hasSizeGreaterThan(4);
        assertThat(fdb.list()).anyMatch(FdbEntry::learned);

        fdb.deleteFromBridge(port, MAC);
        fdb.deleteFromVxlan(vxlan, MAC, PEER.plus(1));
        assertThat(fdb.list()).noneMatch(entry -> entry.mac().equals(MAC));
        assertThat(fdb.list()).anyMatch(entry -> entry.mac().equals(NO_MAC));
    }

    private void awaitRunning(int index) {
        long end = System.nanoTime() + 5_000_000_000L;
        while (!links.byIndex(index).orElseThrow().running()) {
            assertThat(System.nanoTime())
                    .as("link " + index + " has its carrier within 5 s")
                    .isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void rulesAreListedInTheirOrder() {
        inside.sh("ip rule add from 10.1.0.0/16 to 10.2.0.0/16 table 1000 pref 100 proto 77");
        inside.sh("ip rule add not fwmark 0x5/0xff iif br0 pref 200 unreachable");

        List<Rule> rules = new Rules(inside.socket()).list();

        assertThat(rules.stream().map(Rule::priority)).containsExactly(0, 100, 200, 32766, 32767);
        assertThat(rules.stream().map(Rule::table)).containsExactly(255, 1000, 0, 254, 253);
        Rule first = rules.get(1);
        assertThat(first.source()).hasToString("Optional[10.1.0.0/16]");
        assertThat(first.destination()).hasToString("Optional[10.2.0.0/16]");
        assertThat(first.protocol()).isEqualTo(77);
        Rule second = rules.get(2);
        assertThat(second.inverted()).isTrue();
        assertThat(second.mark()).isEqualTo(5);
        assertThat(second.mask()).isEqualTo(0xff);
        assertThat(second.inInterface()).isEqualTo("br0");
        assertThat(second.action()).isEqualTo(7);
    }
}
