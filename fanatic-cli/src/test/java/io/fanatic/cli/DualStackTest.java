package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabLink;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fan with an IPv6 overlay beside the IPv4 one; the third host's has IPv4 alone. No host forwards IPv6.
 *
 * <pre>
 *   h1 10.0.0.1                        h2 10.0.0.2                        h3 10.0.0.3
 *   fan-250 250.0.1.1                  fan-250 250.0.2.1                  fan-250 250.0.3.1
 *           fd00:fa:0:1::1                     fd00:fa:0:2::1
 *   h1c1 250.0.1.2, fd00:fa:0:1::2     h2c1 250.0.2.2, fd00:fa:0:2::2     h3c1 250.0.3.2
 * </pre>
 */
@FanLab(hosts = 3, containers = 1, fan = false)
class DualStackTest {
    private static final Ipv6Prefix OVERLAY = Ipv6Prefix.parse("fd00:fa::/48");
    private static final String FAN = "250.0.0.0/8 10.0.0.0/16";
    private static final String DUAL = FAN + " overlay6 " + OVERLAY;

    private Lab lab;
    private LabHost h1;
    private LabHost h2;
    private final Map<LabHost, List<String>> before = new HashMap<>();

    @BeforeEach
    void bringUp(Lab lab) {
        this.lab = lab;
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        for (LabHost host : lab.hosts()) {
            before.put(host, snapshot(host));
            up(host, host.number() == 3 ? FAN : DUAL);
        }
        lab.attachAll();
    }

    private static List<String> snapshot(LabHost host) {
        List<String> lines =
                new ArrayList<>(host.namespace().call(() -> HostSnapshot.take().lines()));
        lines.addAll(
                host.exec("sh", "-c", "ip -6 -o address; ip -6 route show table all; ip -6 neigh show nud permanent")
                        .output()
                        .lines()
                        .map(line -> line.replaceAll("^\\d+: ", ""))
                        .toList());
        return lines;
    }

    private static void up(LabHost host, String line) {
        host.exec("sh", "-e", "-c", "mkdir -p /etc/network; echo " + line + " > /etc/network/fan")
                .orThrow();
        fanctl(host, "up -a").done();
    }

    @AfterEach
    void nothingIsLeft() {
        lab.containers().forEach(lab::detach);
        for (LabHost host : lab.hosts()) {
            assertThat(host.exec("sysctl", "-n", "net.ipv6.conf.all.forwarding").output())
                    .isEqualTo("0\n");
            fanctl(host, "down -u 10.0.0.0/16 -o 250.0.0.0/8").done();
            host.exec("rm", "/etc/network/fan").orThrow();
            assertThat(snapshot(host)).isEqualTo(before.get(host));
        }
    }

    private static IpAddress ipv6(LabNode node) {
        return IpAddress.parse(
                node instanceof LabContainer container
                        ? container.ipv6Address(OVERLAY).toString()
                        : "fd00:fa:0:" + ((LabHost) node).number() + "::1");
    }

    private static IpAddress ipv4(LabNode node) {
        return node.address();
    }

    /** Random bytes both ways with their checksums. */
    private static void transfers(Probes probes, LabNode from, LabNode to, IpAddress address) {
        TransferResult result = BulkTransfer.to(address)
                .start(probes, from.namespace(), to.namespace())
                .join();
        assertThat(result.error())
                .as("%s to %s %s", from.name(), to.name(), address)
                .isEmpty();
    }

    private static void ping(LabNode from, IpAddress to, int bytes) {
        from.exec("ping", "-6", "-c2", "-i0.2", "-W5", "-Mdo", "-s" + bytes, to.toString())
                .orThrow();
    }

    @Test
    void containersAndHostsReachEachOtherByBothFamilies() {
        try (Probes probes = Probes.open()) {
            List<LabNode> nodes = new ArrayList<>(List.of(h1, h2));
            nodes.addAll(lab.containers().subList(0, 2));
            for (LabNode from : nodes) {
                for (LabNode to : nodes) {
                    if (from != to) {
                        // 40 bytes of IPv6 and 8 of ICMPv6 make 1450.
                        ping(from, ipv6(to), 1402);
                        transfers(probes, from, to, ipv6(to));
                        transfers(probes, from, to, ipv4(to));
                    }
                }
            }
        }
    }

    @Test
    void aHostWithoutIpv6StaysInTheOverlayAsItWas() {
        LabContainer without = lab.containers().get(2);
        try (Probes probes = Probes.open()) {
            for (LabContainer with : lab.containers().subList(0, 2)) {
                transfers(probes, with, without, ipv4(without));
                transfers(probes, without, with, ipv4(with));
            }
        }
        LabContainer first = lab.containers().get(0);
        assertThat(first.exec("ping", "-6", "-c1", "-W1", ipv6(without).toString())
                        .exitCode())
                .isNotZero();
        assertThat(fanctl(lab.hosts().get(2), "show --stats").done()).contains("IPv6 inside the tunnel");
    }

    @Test
    void otherHostsAreTestedByBothFamiliesAndOneWithoutIpv6Passes() {
        try (ServeRun serving = ServeRun.start(h2)) {
            String host =
                    fanatic(h1, "test host fd00:fa:0:2::1 --no-throughput").done();
            assertThat(fanatic(h1, "bench fd00:fa:0:2::1 -n 4M").done()).contains("MTU 1450");
            assertThat(host)
                    .contains("  IPv6 path MTU      ok     packets of 1450 bytes pass unfragmented\n")
                    .contains("  IPv6 echo, long    ok     4194304 bytes back, checksum equal")
                    .startsWith("Testing 10.0.0.2, which is 250.0.2.1 in the fan 250.0.0.0/8\n")
                    .endsWith("1 of 1 host passed.\n");
            assertThat(host.lines()).allMatch(line -> line.length() <= 80);
            List<String> all = fanatic(h1, "test all --hosts 10.0.0.0/29 --no-data --no-throughput")
                    .done()
                    .lines()
                    .toList();
            assertThat(all.get(0)).startsWith("host             result rtt avg     by IPv6");
            assertThat(all.get(1)).matches("10.0.0.2         ok     [0-9.]+ ms +[0-9.]+ ms");
            assertThat(all.get(2)).matches("10.0.0.3         ok     [0-9.]+ ms +-");
            assertThat(fanatic(h1, "doctor --peer 10.0.0.3 --json").out())
                    .contains("10.0.0.3 answers nothing at fd00:fa:0:3::1");

            assertThat(serving.end().done())
                    .startsWith("Serving 250.0.0.0/8 at 250.0.2.1: echo 7, discard 9, iperf3 5201\n"
                            + "Serving fd00:fa::/48 at fd00:fa:0:2::1: echo 7, discard 9, iperf3 5201\n");
        }
    }

    @Test
    void whateverOfItIsTakenAwayComesBackWithUp() {
        String before = ipv6State();
        assertThat(before).contains("fd00:fa::/48 via fe80::fa ", "fe80::fa lladdr 0a:fa:0a:00:00:01");
        for (String change : List.of(
                "ip -6 address del fd00:fa:0:1::1/64 dev fan-250",
                "ip -6 address flush dev fan-250",
                "ip -6 route del fd00:fa::/48",
                "ip -6 neigh del fe80::fa dev fan-250",
                "ip -6 neigh replace fe80::fa lladdr 02:00:00:00:00:99 nud permanent dev fan-250",
                "bridge fdb del 0a:fa:0a:00:00:01 dev ftun-250 master",
                "bridge fdb replace 0a:fa:0a:00:00:01 dev h1c1 master static sticky",
                "ip link set ftun-250 nomaster",
                "ip link set fan-250 down",
                "ip link del ftun-250",
                "sysctl -qw net.ipv6.conf.fan-250.disable_ipv6=1")) {
            h1.exec("sh", "-e", "-c", change).orThrow();
            assertThat(fanctl(h1, "status --diff").exitCode()).as(change).isNotEqualTo(ExitCode.DONE);
            fanctl(h1, "up -a").done();
            assertThat(ipv6State()).as(change).isEqualTo(before);
            assertThat(fanctl(h1, "up -a").done()).contains("nothing to do");
        }
        try (Probes probes = Probes.open()) {
            transfers(probes, h1, h2, ipv6(h2));
            transfers(probes, lab.containers().get(0), h2, ipv6(h2));
        }
    }

    private String ipv6State() {
        return h1.exec(
                        "sh",
                        "-e",
                        "-c",
                        "ip -6 -o address show dev fan-250 scope global; ip -6 route show dev fan-250;"
                                + " ip -6 neigh show nud permanent dev fan-250;"
                                + " bridge fdb show br fan-250 | grep -i ^0a:fa; sed s/programs.*// /sys/class/net/fan-250/ifalias;"
                                + " sysctl net.ipv6.conf.fan-250.accept_ra net.ipv6.conf.fan-250.accept_dad"
                                + " net.ipv6.conf.fan-250.forwarding")
                .orThrow()
                .output()
                .replaceAll("^\\d+: ", "");
    }

    @Test
    void theOverlayComesAndGoesWhileContainersTalk() {
        LabContainer from = lab.containers().get(0);
        LabContainer to = lab.containers().get(1);
        try (SteadyFlow flow = SteadyFlow.between(from, to)) {
            flow.progress();
            up(h1, FAN);
            assertThat(h1.exec("ip", "-6", "address", "show", "dev", "fan-250").output())
                    .isEmpty();
            flow.progress();
            up(h1, DUAL);
            flow.progress();
            up(h1, FAN + " overlay6 fd00:fb::/48");
            assertThat(ipv6State()).contains("fd00:fb:0:1::1/64").doesNotContain("fd00:fa");
            up(h1, DUAL);
            flow.progress();
            flow.end();
        }
        ping(from, ipv6(to), 56);
    }

    /** As TESTING.md F20 has it for IPv4: the packet that is too big for a lowered underlay is answered, so that connections go on. */
    @Test
    void aConnectionOfFullPacketsGoesOnWhereTheUnderlayCarriesLess() {
        LabContainer from = lab.containers().get(0);
        LabContainer to = lab.containers().get(1);
        for (LabContainer each : List.of(from, to)) {
            each.exec("ip", "link", "set", "eth0", "gso_max_segs", "1").orThrow();
        }
        try (SteadyFlow flow = SteadyFlow.between(from.namespace(), to.namespace(), ipv6(to).toString())) {
            flow.progress();
            lab.hosts().forEach(host -> new LabLink(lab, host).setMtu(1400));
            flow.progress();
            flow.end();
            from.exec("ip", "-6", "route", "flush", "cache").orThrow();
            assertThat(from.exec("ping", "-6", "-c1", "-W2", "-Mdo", "-s1402", ipv6(to).toString())
                            .output())
                    .contains("Packet too big: mtu=1350");
        } finally {
            lab.hosts().forEach(host -> new LabLink(lab, host).setMtu(1500));
        }
    }

    /** As instances of LXD and Incus: by the router advertisements of the fan's DHCP server. */
    @Test
    void withDhcpContainersGetTheirAddressAndTheWayOutByAdvertisements() {
        LabContainer first = lab.containers().get(0);
        LabContainer second = lab.containers().get(1);
        h1.exec("sh", "-e", "-c", "echo " + DUAL + " dhcp > /etc/network/fan").orThrow();
        first.exec(
                        "sh",
                        "-e",
                        "-c",
                        "ip -6 address flush dev eth0 scope global; ip -6 route flush dev eth0 proto static;"
                                + " sysctl -qw net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.eth0.autoconf=1;"
                                + " ip link set eth0 down; ip link set eth0 up")
                .orThrow();
        fanctl(h1, "up -a").done();
        assertThat(fanctl(h1, "up -a").done()).contains("nothing to do");
        String address = first.exec(
                        "sh",
                        "-c",
                        "for i in $(seq 300); do"
                                + " a=$(ip -6 -o address show dev eth0 scope global -tentative dynamic"
                                + " | sed -n 's:.*inet6 \\(fd00[^/]*\\)/64.*:\\1:p');"
                                + " [ -n \"$a\" ] && [ -n \"$(ip -6 route show default)\" ] && break; sleep 0.1; done; echo $a")
                .orThrow()
                .output()
                .strip();
        assertThat(OVERLAY.contains(IpAddress.parse(address))).as(address).isTrue();
        String way = first.exec("ip", "-6", "route", "show", "default").output();
        assertThat(way).contains("via fe80::", "proto ra");
        // Asks the router once more whether it is there, and hears that it still is one.
        first.exec(
                        "sh",
                        "-e",
                        "-c",
                        "sysctl -qw net.ipv6.neigh.eth0.delay_first_probe_time=0;"
                                + " set -- $(ip -6 neigh show dev eth0 | grep router);"
                                + " ip -6 neigh change $1 dev eth0 lladdr $3 router nud stale;"
                                + " ping -6 -c2 -i0.2 -W5 " + ipv6(second) + ";"
                                + " for i in $(seq 100); do"
                                + " ip -6 neigh show $1 dev eth0 nud reachable | grep -q router && exit 0; sleep 0.1; done; exit 1")
                .orThrow();
        try (Probes probes = Probes.open()) {
            transfers(probes, second, first, IpAddress.parse(address));
        }
        assertThat(first.exec("ip", "-6", "route", "show", "default").output()).contains("proto ra");
    }

    @Test
    void theWatchBringsBackWhatIsTakenAway(@TempDir Path directory) {
        String whole = ipv6State();
        LabContainer to = lab.containers().get(1);
        try (WatchRun watch = WatchRun.start(h1, directory);
                SteadyFlow flow =
                        SteadyFlow.between(lab.containers().get(0).namespace(), to.namespace(), ipv6(to).toString())) {
            watch.hear("watching 250.0.0.0/8");
            flow.progress();
            for (String change : List.of(
                    "ip -6 route del fd00:fa::/48",
                    "ip -6 address flush dev fan-250",
                    "ip link set fan-250 down",
                    "ip link set ftun-250 nomaster",
                    "sysctl -qw net.ipv6.conf.fan-250.disable_ipv6=1")) {
                watch.forget();
                h1.exec("sh", "-e", "-c", change).orThrow();
                watch.hear("repaired 250.0.0.0/8: ");
                watch.await("whole after " + change, () -> ipv6State().equals(whole));
                flow.progress();
            }
            flow.end();
            // A way out that comes later, which the kernel deletes with the address.
            watch.forget();
            h1.exec(
                            "sh",
                            "-e",
                            "-c",
                            "ip -6 address add 2001:db8::1/64 dev eth0 nodad; ip -6 route add default via 2001:db8::2")
                    .orThrow();
            watch.await(
                    "what leads to outside",
                    () -> h1.exec("nft", "list", "tables").output().contains("table ip6 fanatic-forward"));
            h1.exec("sh", "-e", "-c", "ip -6 route del default; ip -6 address del 2001:db8::1/64 dev eth0")
                    .orThrow();
            // What leads to outside stays as long as the overlay does.
            up(h1, FAN);
        }
    }

    @Test
    void theDoctorNamesWhatIsAmiss() {
        for (String[] each : new String[][] {
            {"sysctl -qw net.ipv6.conf.fan-250.disable_ipv6=1", "bridge", "IPv6 off -> on"},
            {"ip -6 address flush dev fan-250 scope global", "host-address", "fd00:fa:0:1::1/64"},
            {"ip -6 neigh del fe80::fa dev fan-250", "tunnel", "fe80::fa"},
            {"bridge fdb del 0a:fa:0a:00:00:01 dev ftun-250 master", "tunnel", "0a:fa:0a:00:00:01"},
            {
                "ip -6 route add fd00:fa:0:77::/64 dev eth0",
                "overlay-overlap",
                "ip -6 route delete fd00:fa:0:77::/64 dev eth0"
            }
        }) {
            assertThat(fanatic(h1, "doctor --json").out()).doesNotContain(each[2]);
            h1.exec("sh", "-e", "-c", each[0]).orThrow();
            CliRun doctor = fanatic(h1, "doctor --json");
            assertThat(doctor.exitCode()).as(each[0]).isNotEqualTo(ExitCode.DONE);
            assertThat(doctor.out()).as(each[0]).contains("\"" + each[1] + "\"", each[2]);
            if (each[2].startsWith("ip ")) {
                h1.exec("sh", "-e", "-c", each[2]).orThrow();
            }
            fanctl(h1, "up -a").done();
        }
    }

    @Test
    void ipv6ThatIsSwitchedOffForTheWholeHostIsNamedAndBackWithUp() {
        h1.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1").orThrow();
        assertThat(fanatic(h1, "doctor --json").out()).contains("\"bridge\"", "IPv6 off -> on", "fanctl up");
        fanctl(h1, "up -a").done();
        ping(h1, ipv6(h2), 1402);
        h1.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0").orThrow();
    }

    /** As a container makes it that advertises itself as a router. */
    @Test
    void anotherRouterThanTheHostIsNamed() throws Exception {
        LabContainer victim = lab.containers().get(0);
        // A container is seen by its processes.
        Process inside =
                new ProcessBuilder(victim.namespace().command(List.of("socat", "TCP-LISTEN:9999", "-"))).start();
        try {
            victim.awaitListening(9999);
            victim.exec("sh", "-e", "-c", "ip -6 route add default via fe80::bad dev eth0 metric 2048")
                    .orThrow();
            assertThat(fanatic(h1, "doctor --json").out())
                    .contains("container-route", "eth0 behind h1c1 has a default route via fe80::bad");
            victim.exec("sh", "-e", "-c", "ip -6 route del default via fe80::bad dev eth0")
                    .orThrow();
            assertThat(fanatic(h1, "doctor --json").out()).doesNotContain("container-route");
        } finally {
            inside.destroy();
            inside.waitFor();
        }
    }

    @Test
    void anOverlayInWhichTheHostHasAnAddressAlreadyIsRefused() {
        LabHost h3 = lab.hosts().get(2);
        h3.exec("ip", "-6", "address", "add", "fd00:fa:0:99::1/64", "dev", "eth0", "nodad")
                .orThrow();
        fanctl(h3, "up -u 10.0.0.0/16 -o 250.0.0.0/8 --overlay6 " + OVERLAY)
                .refused(ExitCode.CONFLICT, "overlaps the route \"fd00:fa:0:99::/64 dev eth0\"");
        h3.exec("ip", "-6", "address", "del", "fd00:fa:0:99::1/64", "dev", "eth0")
                .orThrow();
    }

    @Test
    void showAndJsonTellOfIt() {
        assertThat(fanctl(h1, "show").done()).contains("overlay6 fd00:fa::/48");
        JsonObject fan = JsonParser.parseString(fanctl(h1, "show --json").done())
                .getAsJsonObject()
                .getAsJsonArray("fans")
                .get(0)
                .getAsJsonObject();
        assertThat(fan.get("overlay6").getAsString()).isEqualTo("fd00:fa::/48");
        JsonObject slice = fan.getAsJsonArray("slices").get(0).getAsJsonObject().getAsJsonObject("ipv6");
        assertThat(slice.get("slice").getAsString()).isEqualTo("fd00:fa:0:1::/64");
        assertThat(slice.get("hostAddress").getAsString()).isEqualTo("fd00:fa:0:1::1");
        assertThat(fanctl(h1, "up -u 10.0.0.0/16 -o 250.0.0.0/8 --overlay6 fd00:fa::/48")
                        .done())
                .contains("IPv6 slice fd00:fa:0:1::/64, host address fd00:fa:0:1::1, MTU 1450");
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8 ";
        fanctl(h1, up + "--overlay6 fd00:fa::/49").refused(ExitCode.USAGE, "at most /48");
        fanctl(h1, "up -u 10.0.0.0/16 -o fd00:fa::/48").refused(ExitCode.USAGE, "and this one as overlay6");
        fanctl(h1, up + "--overlay6 fe80::/48").refused(ExitCode.USAGE, "neither unique local");
        fanctl(h1, up + "--overlay6 fd00:fa::/48 --mtu 1279").refused(ExitCode.USAGE, "at least 1280");
        h1.exec("ip", "-6", "route", "add", "fd00:fc::/32", "dev", "eth0").orThrow();
        fanctl(h1, up + "--overlay6 fd00:fc::/48")
                .refused(ExitCode.CONFLICT, "overlaps the route \"fd00:fc::/32 dev eth0\"");
        h1.exec("ip", "-6", "route", "del", "fd00:fc::/32", "dev", "eth0").orThrow();
    }
}
