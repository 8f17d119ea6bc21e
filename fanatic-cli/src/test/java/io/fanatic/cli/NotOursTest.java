package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.fault.KillPoints;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not ours and looks as if it were: it is there before, meanwhile and afterwards, each thing as it was. */
class NotOursTest {
    private static final String FAN = "-u 10.0.0.1/16 -o 250.0.0.0/8";

    /** Devices whose names are one character away from those of the fan, and more. */
    private static final List<String> DEVICES =
            List.of("fan-25", "fan-2500", "ftun-25", "ftun-2500", "fan-new", "fanatic", "vx0", "vx1");

    private static final List<String> TABLES = List.of(
            "ip fanatic",
            "inet fanatic",
            "ip fanatic-forward",
            "ip fanatic-tunnel",
            "ip6 fanatic-tunnel",
            "bridge fanatic-tunnel");

    private static final String NEAR = String.join(
            "\n",
            "ip link add fan-25 type bridge",
            "ip link add fan-2500 type bridge",
            "ip link add ftun-25 type veth peer name ftun-2500",
            "ip link add fan-new type bridge",
            "ip link add fanatic type bridge",
            "ip link set fan-25 alias 'fanatical 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.1'",
            "ip link set ftun-25 master fan-25",
            // The VNI of the fan on another port, and another VNI beside it.
            "ip link add vx0 type vxlan id 16384000 dstport 4789 dev eth0",
            "ip link add vx1 type vxlan id 7 dstport 8473 dev eth0",
            "for each in fan-25 fan-2500 ftun-25 ftun-2500 vx0; do ip link set $each up; done",
            // The networks on both sides of the overlay; an address and a route with our protocol number.
            "ip addr add 251.0.0.1/9 dev fan-25",
            "ip addr add 192.0.2.1/24 dev fan-2500 proto 250",
            "ip route add 249.128.0.0/9 dev fan-2500",
            "ip route add blackhole 198.51.100.0/24 proto 250",
            "ip route add 203.0.113.0/24 dev fan-25 table 250",
            "ip rule add from 250.0.0.0/8 table 250 priority 250",
            "ip neigh add 250.0.2.1 lladdr 02:fa:0a:00:00:02 dev eth0 nud permanent",
            // A filter where ours are on kernels without tcx.
            "tc qdisc add dev eth0 clsact",
            "tc filter add dev eth0 ingress prio 250 handle 1 bpf bytecode '1,6 0 0 4294967295' classid 1:1",
            "for family in ip6 arp bridge; do nft add table $family fanatic; done",
            "nft add table ip fanatic2",
            "nft add table inet fanatic-port",
            "nft 'add chain ip fanatic2 postrouting { type nat hook postrouting priority 100; }'",
            "nft add rule ip fanatic2 postrouting ip saddr 250.0.1.0/24 ip daddr != 250.0.0.0/8 counter",
            "nft 'add chain inet fanatic-port input { type filter hook input priority 0; }'",
            "nft add rule inet fanatic-port input udp dport 8472 ip saddr 10.0.0.0/16 counter",
            "sysctl -qw net.ipv4.conf.eth0.rp_filter=2 net.ipv4.conf.eth0.send_redirects=0",
            "sysctl -qw net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.fan-25.proxy_arp=1",
            "sysctl -qw net.ipv4.conf.fan-2500.forwarding=1");

    /** Somebody's things on devices of ours. */
    private static final String ON_OURS = String.join(
            "\n",
            "tc qdisc add dev fan-250 clsact",
            "tc filter add dev fan-250 ingress prio 7 handle 3 bpf bytecode '1,6 0 0 4294967295' classid 1:1",
            "tc qdisc add dev ftun-250 clsact",
            "ip addr add 192.0.2.77/32 dev fan-250",
            "bridge fdb add 02:00:00:00:00:99 dev ftun-250 master permanent",
            "ip neigh add 250.0.1.9 lladdr 02:00:00:00:00:09 dev fan-250 nud permanent");

    @TempDir
    static Path libraries;

    private LabHost host;
    private HostSnapshot empty;

    @BeforeEach
    void rememberTheHost(Lab lab) {
        host = lab.hosts().get(0);
        empty = snapshot();
    }

    @AfterEach
    void removeWhatWasMade() {
        fanctl(host, "down -e").done();
    }

    // TESTING.md F13, F34, F37, F38
    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void whatIsNearAFanIsThereAfterEachCommandAsItWasBefore() {
        run(NEAR);
        HostSnapshot before = snapshot();
        assertThat(empty.changesTo(before)).hasSizeGreaterThan(40);
        String indexes = indexes();

        for (String command : List.of(
                "up " + FAN,
                "up " + FAN + " --mtu 1400 --host-reserve 3 --dhcp --underlay-only",
                "up -u 10.0.0.1/16 -o 252.0.0.0/8",
                "up -a",
                "down -u 10.0.0.1/16 -o 252.0.0.0/8")) {
            configured("250.0.0.0/8 10.0.0.0/16 underlay-only");
            fanctl(host, command).done();
            nothingOf(before, command);
        }

        run(ON_OURS);
        HostSnapshot onOurs = snapshot();
        assertThat(onOurs.toString())
                .contains("qdisc ftun-250 clsact", "filter fan-250", "192.0.2.77", "00:00:99", "00:00:09");
        for (String command : List.of("up " + FAN + " --mtu 1400", "up -a", "up " + FAN + " --host-reserve 2")) {
            fanctl(host, command).done();
            nothingOf(before, command);
            assertThat(onOurs.changesTo(snapshot()))
                    .as(command)
                    .noneMatch(line -> line.startsWith("- ")
                            && (line.contains("clsact")
                                    || line.contains("- filter")
                                    || line.contains("192.0.2.77")
                                    || line.contains("02:00:00:00:00:")));
        }

        fanctl(host, "down -a").done();
        assertThat(before.changesTo(snapshot())).isEmpty();
        assertThat(indexes()).isEqualTo(indexes);
    }

    // TESTING.md F1, F38
    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void whatIsNearAFanIsThereAfterAFanctlThatWasKilled() {
        host.exec(JavaProgram.fanctl(libraries, "show").toArray(String[]::new)).orThrow();
        run(NEAR);
        HostSnapshot before = snapshot();
        String indexes = indexes();
        KillPoints kills = KillPoints.of(host, JavaProgram.fanctl(libraries, "up " + FAN + " --underlay-only"));
        fanctl(host, "down -e").done();
        int points = kills.points().size();
        for (int at : List.of(points / 4, points / 2, points - 2)) {
            kills.kill(kills.points().get(at));
            nothingOf(before, "up, killed before " + kills.points().get(at));
            fanctl(host, "down -e").done();
            assertThat(before.changesTo(snapshot()))
                    .as("down, after death before %s", kills.points().get(at))
                    .isEmpty();
        }
        assertThat(indexes()).isEqualTo(indexes);
    }

    // TESTING.md F13, F25, F33
    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void whatIsInTheWayOfAFanIsNamedAndStays() {
        refused("ip link add fan-250 type bridge", "fan-250", "is taken by a bridge device that is not ours");
        refused("ip link add ftun-250 type bridge", "ftun-250", "is taken by a bridge device that is not ours");
        refused(
                "ip link add other type bridge; ip link set other up; ip addr add 250.0.0.1/9 dev other",
                "250.0.0.0/9");
        refused("ip route add 250.0.0.0/9 dev eth0", "the route \"250.0.0.0/9 dev eth0\"");
        refused("ip link add vx type vxlan id 7 dstport 8472 dev eth0", "8472", "vx");
        for (String table : TABLES) {
            refused("nft add table " + table, '"' + table + "\" was not made by fanatic");
        }
    }

    private void refused(String theirs, String... words) {
        HostSnapshot clean = snapshot();
        run(theirs);
        HostSnapshot before = snapshot();
        for (String command : List.of("up " + FAN + " --underlay-only", "up -a")) {
            configured("250.0.0.0/8 10.0.0.0/16 underlay-only");
            fanctl(host, command).refused(ExitCode.CONFLICT, words);
            assertThat(before.changesTo(snapshot())).as(theirs + ": " + command).isEmpty();
        }
        for (String command : List.of("down " + FAN, "down -e", "down -a")) {
            fanctl(host, command).done();
            assertThat(before.changesTo(snapshot())).as(theirs + ": " + command).isEmpty();
        }
        run("ip link del fan-250 || ip link del ftun-250 || ip link del other || ip route del 250.0.0.0/9"
                + " || ip link del vx || nft delete table " + String.join(" || nft delete table ", TABLES));
        assertThat(clean.changesTo(snapshot())).isEmpty();
    }

    /** Nothing that was there is gone or other, but for the switch that lets the host forward. */
    private void nothingOf(HostSnapshot before, String when) {
        assertThat(before.changesTo(snapshot()))
                .as(when)
                .noneMatch(line ->
                        line.startsWith("- ") && !line.contains("forward") && !line.contains("all/accept_redirects"));
        for (String device : DEVICES) {
            assertThat(host.exec("ip", "link", "show", "dev", device).exitCode())
                    .as(device)
                    .isZero();
        }
    }

    private void configured(String line) {
        host.namespace().call(() -> Files.writeString(Path.of("/etc/network/fan"), line + "\n"));
    }

    private HostSnapshot snapshot() {
        return host.namespace().call(HostSnapshot::take);
    }

    /** A device that was made again would have another number. */
    private String indexes() {
        StringBuilder numbers = new StringBuilder();
        for (String device : DEVICES) {
            numbers.append(host.exec("cat", "/sys/class/net/" + device + "/ifindex")
                    .orThrow()
                    .output());
        }
        return numbers.toString();
    }

    private void run(String script) {
        host.exec("sh", "-e", "-c", script).orThrow();
    }
}
