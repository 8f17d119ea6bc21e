package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Severity;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The fan is whole and containers are not, or something on this host eats its packets: exactly that is found, with the command that fixes
 * it, and another host is not blamed.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 250.0.1.1 -- one 250.0.1.2, two 250.0.1.3
 * </pre>
 */
@FanLab(hosts = 2, containers = 0)
class ContainerFindingsTest {
    private static final String UDP = "udp dport 8472";

    private Patient host;
    private LabHost here;

    @BeforeEach
    void plugContainersIn(Lab lab) {
        here = lab.hosts().get(0);
        host = new Patient(here);
        host.isConfigured("");
        container("one", "250.0.1.2");
        container("two", "250.0.1.3");
        host.isHealthy();
    }

    private void container(String name, String address) {
        host.run("ip netns add " + name + "; ip link add " + name
                + " mtu 1450 master fan-250 type veth peer name eth0 mtu 1450 netns " + name + "; ip link set " + name
                + " up; ip -n " + name + " link set eth0 up; ip -n " + name + " address add " + address
                + "/8 dev eth0; ip -n " + name + " route add default via 250.0.1.1;"
                + " until bridge link show dev " + name + " | grep -q 'state forwarding'; do sleep 0.02; done");
    }

    @AfterEach
    void unplugThem() {
        host.isHealthy();
        host.run("ip link del one; ip link del two; ip netns del one; ip netns del two");
    }

    /** Does what the finding says instead of a cure of the test's own. */
    private Finding fixed(String ill, Code... codes) {
        host.run(ill);
        Finding found = host.has(codes);
        host.run(found.fix());
        host.isHealthy();
        return found;
    }

    /** The same where the command is one for the inside of the container. */
    private Finding fixedInside(String ill, Code... codes) {
        host.run(ill);
        Finding found = host.has(codes);
        assertThat(found.fix()).startsWith("in the container: ");
        host.run("ip netns exec one " + found.fix().substring("in the container: ".length()));
        host.isHealthy();
        return found;
    }

    @Test
    void portsThatAreIsolatedBlockingOrOutOfTheBridge() {
        Finding isolated =
                fixed("bridge link set dev one isolated on; bridge link set dev two isolated on", Code.CONTAINER_PORT);
        assertThat(isolated.severity()).isEqualTo(Severity.WARNING);
        assertThat(isolated.evidence()).containsExactly("isolated ports of fan-250: one, two");
        host.run("bridge link set dev two isolated off");
        Finding cut = fixed(
                "bridge link set dev one isolated on; bridge link set dev ftun-250 isolated on", Code.CONTAINER_PORT);
        assertThat(cut.severity()).isEqualTo(Severity.ERROR);
        host.run("bridge link set dev one isolated off");

        // Without a spanning tree the kernel does not keep the state blocking, but this one.
        Finding stopped = fixed("bridge link set dev one state 0", Code.CONTAINER_PORT);
        assertThat(stopped.evidence()).contains("one on fan-250 has the state disabled");
        assertThat(stopped.fix()).isEqualTo("bridge link set dev one state 3");

        Finding out = fixed("ip link set one nomaster", Code.CONTAINER_PORT);
        assertThat(out.evidence())
                .containsExactly("one, at whose other end eth0 has 250.0.1.2, is not a port of fan-250");
    }

    @Test
    void containersWithoutARouteOrWithAnotherPrefixAddressOrMtu() {
        Finding route = fixedInside("ip -n one route del default", Code.CONTAINER_ROUTE);
        assertThat(route.fix()).isEqualTo("in the container: ip route add default via 250.0.1.1");
        assertThat(fixedInside("ip -n one link set eth0 mtu 1500", Code.PORT_MTU)
                        .fix())
                .isEqualTo("in the container: ip link set eth0 mtu 1450");

        host.run("ip -n one addr add 250.0.1.2/24 dev eth0; ip -n one addr del 250.0.1.2/8 dev eth0;"
                + " ip -n one route replace default via 250.0.1.1");
        assertThat(host.has(Code.CONTAINER_ROUTE).evidence())
                .containsExactly("eth0 behind one has 250.0.1.2/24, the fan has /8");
        host.run("ip -n one addr flush dev eth0; ip -n one addr add 250.0.7.9/8 dev eth0;"
                + " ip -n one route replace default via 250.0.1.1");
        Finding slice = host.has(Code.ADDRESS_SLICE);
        assertThat(slice.evidence())
                .containsExactly("eth0 behind one has 250.0.7.9, this host's slice is 250.0.1.0/24");
        assertThat(slice.fix()).isEqualTo("give it an address from 250.0.1.2 to 250.0.1.254");
        host.run("ip -n one addr flush dev eth0; ip -n one addr add 250.0.1.2/8 dev eth0;"
                + " ip -n one route replace default via 250.0.1.1");
    }

    @Test
    void containersThatRanBeforeTheirFanTookTheMtuOfTheUnderlay() {
        host.isConfigured(" direct");
        host.up(FanOptions.builder().direct(Direct.SEND).build());
        Finding small = host.has(Code.PORT_MTU);
        assertThat(small.severity()).isEqualTo(Severity.WARNING);
        assertThat(small.evidence())
                .containsExactly(
                        "eth0 behind one has MTU 1450, the fan carries 1500",
                        "eth0 behind two has MTU 1450, the fan carries 1500");
        assertThat(small.fix())
                .isEqualTo("make the container anew, or here ip link set one mtu 1500,"
                        + " and in the container ip link set eth0 mtu 1500");
        setMtu(1500);
        host.isHealthy();
        setMtu(1450);
        host.isConfigured("");
        host.up(FanOptions.DEFAULT);
    }

    private void setMtu(int mtu) {
        for (String name : List.of("one", "two")) {
            host.run("ip link set " + name + " mtu " + mtu + "; ip -n " + name + " link set eth0 mtu " + mtu);
        }
    }

    @Test
    void aContainerThatDoesNotAnswer() {
        host.run("ip -n one link set eth0 arp off");
        assertThat(host.has(Code.CONTAINER_PORT).evidence())
                .containsExactly("250.0.1.2 behind one does not answer ARP");
        host.run("ip -n one link set eth0 arp on");
    }

    @Test
    void arpThatIsOffAndANeighbourThatIsSetWrongAreNotAFilterOnTheWay() {
        host.run("ip link set fan-250 arp off");
        peerIsAConsequenceOf(Code.ARP);
        assertThat(fixed("true", Code.ARP).fix()).isEqualTo("ip link set fan-250 arp on");

        host.run("ip neigh replace 250.0.2.1 lladdr 02:00:00:00:00:99 dev fan-250 nud permanent");
        peerIsAConsequenceOf(Code.ARP);
        Finding neighbour = fixed("true", Code.ARP);
        assertThat(neighbour.title()).contains("is wrong", "250.0.2.1");
        assertThat(neighbour.fix()).isEqualTo("ip neigh del 250.0.2.1 dev fan-250");
    }

    // TESTING.md F21
    @Test
    void filtersOfThisHostInEveryHookAreNamedAndNotOnesOnTheWay() {
        for (String chain : new String[] {
            "ip mine out '{ type filter hook output priority 0; }'",
            "inet mine out '{ type filter hook postrouting priority 0; }'",
            "netdev mine out '{ type filter hook ingress device eth0 priority 0; }'",
            "netdev mine out '{ type filter hook egress device eth0 priority 0; }'",
        }) {
            String table = chain.substring(0, chain.indexOf(" out"));
            host.run("nft add table " + table + "; nft add chain " + chain + "; nft add rule " + table + " out " + UDP
                    + " drop");
            Finding found = chain.contains("output") || chain.contains("ingress")
                    ? peerIsAConsequenceOf(Code.TUNNEL_PORT_CLOSED)
                    : host.has(Code.TUNNEL_PORT_CLOSED);
            assertThat(found.title()).contains("this host's firewall");
            assertThat(found.fix()).startsWith("nft delete rule " + table + " out handle ");
            host.run(found.fix());
            host.isHealthy();
            // One host only: nothing is said before it is asked for.
            host.run("nft add rule " + table + " out ip " + (chain.contains("ingress") ? "saddr" : "daddr")
                    + " 10.0.0.2 " + UDP + " drop");
            host.up(FanOptions.DEFAULT); // leaves the fast path, whose packets would not meet that rule
            host.isHealthy();
            assertThat(host.towards("10.0.0.2").causes())
                    .extracting(Finding::code)
                    .containsExactly(Code.TUNNEL_PORT_CLOSED);
            host.run("nft delete table " + table);
            host.up(FanOptions.DEFAULT);
        }
    }

    // TESTING.md F28
    @Test
    void aRuleOfDockerUserThatKeepsContainersFromTheOutside() {
        host.run("iptables -N DOCKER-USER; iptables -I FORWARD -j DOCKER-USER");
        host.up(FanOptions.DEFAULT);
        Finding found = fixed("iptables -I DOCKER-USER -i fan-250 ! -o fan-250 -j DROP", Code.FORWARD_DROP);
        assertThat(found.severity()).isEqualTo(Severity.WARNING);
        assertThat(found.title()).contains("nothing outside the overlay");
        assertThat(found.evidence().get(0)).contains("ip filter DOCKER-USER: iifname fan-250 oifname != fan-250 drop");
        host.run("nft delete table ip filter");
        host.up(FanOptions.DEFAULT);
    }

    /** Of doctor --peer: this is the cause, that the other host is not reached follows from it, and the way is not blamed. */
    private Finding peerIsAConsequenceOf(Code cause) {
        Diagnosis local = host.towards("10.0.0.2");
        Diagnosis all = here.namespace()
                .call(() -> local.and(PeerTest.of(Ipv4Address.parse("10.0.0.2")).diagnosis(local)));
        assertThat(all.causes()).as(all.toString()).extracting(Finding::code).containsExactly(cause);
        Finding peer = all.findings().get(all.findings().size() - 1);
        assertThat(peer.code()).isEqualTo(Code.PEER);
        assertThat(peer.toString()).doesNotContain("on the way");
        return all.causes().get(0);
    }
}
