package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.WithoutEbpf;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.engine.LinuxKernel;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Health;
import io.fanatic.netlink.health.Severity;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A host of a lab made ill in each way that the doctor knows; exactly that is found, and nothing once it is cured. A name
 * begins with the fault's number in the list of faults to survive, where it has one.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 250.0.1.1 -- h1c1
 * </pre>
 */
@FanLab(hosts = 2, containers = 1)
class DoctorFindingsTest {
    /** The kernel tells of a carrier when it has time. */
    private static final String CARRIER =
            "n=0; until grep -q up /sys/class/net/eth0/operstate; do n=$((n+1)); test $n -lt 10000; done;";

    private Patient host;
    private Patient other;

    @BeforeEach
    void findHosts(Lab lab) {
        host = new Patient(lab.hosts().get(0));
        other = new Patient(lab.hosts().get(1));
    }

    @AfterEach
    void cured() {
        host.isHealthy();
    }

    @Test
    void aHealthyHostYieldsNothing() {
        Diagnosis diagnosis = host.examine();
        assertThat(diagnosis.findings()).isEmpty();
        assertThat(diagnosis.looked()).isGreaterThan(15);
    }

    @Test
    void aHostWithoutAFanIsHealthy() {
        host.run("ip link set h1c1 nomaster");
        host.down();
        try {
            host.isHealthy();
        } finally {
            host.up(FanOptions.DEFAULT);
            host.run("ip link set h1c1 master fan-250");
        }
    }

    @Test
    void fault11AKernelWithoutEbpf() {
        Diagnosis diagnosis = host.host().namespace().call(() -> {
            WithoutEbpf.onThisThread();
            return Health.onThisHost().examine();
        });
        assertThat(diagnosis.causes()).extracting(Finding::code).containsExactly(Code.KERNEL_BPF);
        assertThat(diagnosis.consequencesOf(diagnosis.causes().get(0)))
                .extracting(Finding::code)
                .containsExactly(Code.FAN_BLOCKED);
    }

    @Test
    void fault17TheUnderlayAddressIsRemoved() {
        host.falls(
                "ip addr del 10.0.0.1/16 dev eth0",
                "ip addr add 10.0.0.1/16 dev eth0; ip route add default via 10.0.255.254",
                Code.UNDERLAY_GONE);
    }

    @Test
    void fault17TheUnderlayAddressIsChanged() {
        Finding found = host.falls(
                "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 > /etc/network/fan;"
                        + " ip addr add 10.0.0.77/16 dev eth0; ip addr del 10.0.0.1/16 dev eth0;"
                        + " ip addr show dev eth0 | grep -q 10.0.0.77 || ip addr add 10.0.0.77/16 dev eth0",
                "rm /etc/network/fan; ip addr flush dev eth0;"
                        + " ip addr add 10.0.0.1/16 dev eth0; ip route add default via 10.0.255.254",
                Code.UNDERLAY_GONE);
        assertThat(found.fix())
                .isEqualTo("fanctl down -u 10.0.0.1/16 -o 250.0.0.0/8 && fanctl up -u 10.0.0.0/16 -o 250.0.0.0/8");
    }

    @Test
    void fault17TheUnderlaysDeviceIsDown() {
        host.falls(
                "ip link set eth0 down",
                "ip link set eth0 up; ip route add default via 10.0.255.254",
                Code.UNDERLAY_DOWN);
    }

    @Test
    void fault19AnotherHostHasTheSameUnderlayAddress() {
        other.run("ip addr add 10.0.0.1/16 dev eth0");
        try {
            Finding found = host.has(Code.DUPLICATE_ADDRESS);
            assertThat(found.evidence().get(0)).contains("answers ARP for it on eth0");
        } finally {
            other.run("ip addr del 10.0.0.1/16 dev eth0");
        }
    }

    @Test
    void fault20TheUnderlaysMtuIsLowered() {
        host.falls("ip link set eth0 mtu 1400", "ip link set eth0 mtu 1500", Code.MTU);
    }

    @Test
    void fault20TunnelAndBridgeDiffer() {
        host.falls("ip link set ftun-250 mtu 1300", "true", Code.MTU);
    }

    @Test
    void fault20AContainersMtuIsTooLarge() {
        host.falls(
                "ip link set h1c1 mtu 1500", "ip link set h1c1 mtu 1450; ip link set fan-250 mtu 1450", Code.PORT_MTU);
    }

    @Test
    void fault23ARouteRefusesClassE() {
        host.falls("ip route add unreachable 240.0.0.0/4", "ip route del unreachable 240.0.0.0/4", Code.CLASS_E);
    }

    @Test
    void fault23AFilterAgainstBogonsRefusesClassE() {
        host.falls(
                "nft 'add table ip bogons; add chain ip bogons in { type filter hook prerouting priority raw; };"
                        + " add rule ip bogons in ip saddr { 10.99.0.0/16, 240.0.0.0/4 } drop'",
                "nft delete table ip bogons",
                Code.CLASS_E);
    }

    @Test
    void fault24TheReversePathFilterIsStrictWhereTwoDevicesLeadToTheUnderlay() {
        host.falls(
                "ip link add w0 type veth peer name w1; ip link set w0 up; ip link set w1 up;"
                        + " ip route add 10.0.128.0/17 dev w0; sysctl -qw net.ipv4.conf.eth0.rp_filter=1",
                "ip link del w0; sysctl -qw net.ipv4.conf.eth0.rp_filter=0",
                Code.RP_FILTER);
    }

    @Test
    void aStrictReversePathFilterAloneIsNoTrouble() {
        host.run("sysctl -qw net.ipv4.conf.all.rp_filter=1");
        try {
            host.isHealthy();
        } finally {
            host.run("sysctl -qw net.ipv4.conf.all.rp_filter=0");
        }
    }

    @Test
    void fault24ForwardingIsSwitchedOff() {
        host.falls("sysctl -qw net.ipv4.ip_forward=0", "true", Code.FORWARDING_OFF);
        host.falls(
                "sysctl -qw net.ipv4.conf.fan-250.forwarding=0",
                "sysctl -qw net.ipv4.conf.fan-250.forwarding=1",
                Code.FORWARDING_OFF);
    }

    @Test
    void fault25ARouteOverlapsTheOverlay() {
        host.falls("ip route add 250.7.0.0/16 via 10.0.255.254", "ip route del 250.7.0.0/16", Code.OVERLAY_OVERLAP);
        host.falls("ip route add blackhole 250.0.2.1/32", "ip route del blackhole 250.0.2.1/32", Code.OVERLAY_OVERLAP);
    }

    @Test
    void fault28TheFirewallDropsWhatItForwards() {
        String drop = "nft 'add table ip filter; add chain ip filter FORWARD"
                + " { type filter hook forward priority filter; policy drop; }';";
        String gone = "nft delete table ip filter; sysctl -qw net.bridge.bridge-nf-call-iptables=0";
        Finding bridged = host.falls(drop + "sysctl -qw net.bridge.bridge-nf-call-iptables=1", gone, Code.FORWARD_DROP);
        assertThat(bridged.severity()).isEqualTo(Severity.ERROR);
        assertThat(bridged.fix()).isEqualTo("iptables -I FORWARD -i fan-250 -o fan-250 -j ACCEPT");
        Finding routed = host.falls(drop + "sysctl -qw net.bridge.bridge-nf-call-iptables=0", gone, Code.FORWARD_DROP);
        assertThat(routed.severity()).isEqualTo(Severity.WARNING);

        // The command that the finding tells is a cure.
        host.run(drop + bridged.fix());
        try {
            host.isHealthy();
        } finally {
            host.run(gone);
        }
    }

    @Test
    void fault28ARawDropOfAContainersAddress() {
        String table = "nft 'add table ip raw; add chain ip raw PREROUTING"
                + " { type filter hook prerouting priority raw; };";
        host.falls(
                table + " add rule ip raw PREROUTING ip daddr 250.0.1.2 iifname != br9 drop'",
                "nft delete table ip raw",
                Code.FIREWALL_DROP);
        // As Docker 28 writes it for its own network on the fan: what comes over the bridge passes.
        host.run(table + " add rule ip raw PREROUTING ip daddr 250.0.1.2 iifname != fan-250 drop'");
        try {
            host.isHealthy();
        } finally {
            host.run("nft delete table ip raw");
        }
    }

    @Test
    void fault29TheRulesetIsFlushed() {
        host.falls("nft flush ruleset", "true", Code.NAT);
    }

    @Test
    void fault29TheTableOfUnderlayOnlyIsAlteredOrDeleted() {
        FanOptions closed = FanOptions.DEFAULT.withUnderlayOnly(true);
        host.up(closed);
        try {
            host.isHealthy();
            host.run("nft insert rule inet fanatic input udp dport 8472 accept");
            assertThat(host.has(Code.UNDERLAY_ONLY).fix()).contains("fanctl up", "underlay-only");
            host.up(closed);
            host.run("nft delete table inet fanatic");
            host.has(Code.UNDERLAY_ONLY);
        } finally {
            host.up(FanOptions.DEFAULT);
        }
    }

    @Test
    void fault29TheFirewallLetsNothingInToTheTunnelsPort() {
        String table =
                "nft 'add table inet fw; add chain inet fw in { type filter hook input priority filter; policy drop;"
                        + " }; add rule inet fw in ct state established accept; add rule inet fw in tcp dport 22 accept';";
        host.falls(table, "nft delete table inet fw", Code.TUNNEL_PORT_CLOSED);
        host.run(table + "nft add rule inet fw in udp dport 8000-9000 accept");
        try {
            host.isHealthy();
        } finally {
            host.run("nft delete table inet fw");
        }
    }

    @Test
    void fault30RulesOfIptablesLegacy() {
        host.falls("iptables-legacy -A INPUT -s 192.0.2.1 -j DROP", "iptables-legacy -F INPUT", Code.IPTABLES_LEGACY);
        Finding both = host.falls(
                "iptables-legacy -P FORWARD DROP; sysctl -qw net.bridge.bridge-nf-call-iptables=1",
                "iptables-legacy -P FORWARD ACCEPT; sysctl -qw net.bridge.bridge-nf-call-iptables=0",
                Code.IPTABLES_LEGACY,
                Code.FORWARD_DROP);
        assertThat(both.code()).isEqualTo(Code.IPTABLES_LEGACY);
    }

    @Test
    void fault33ADeviceOfSomebodyElseHasTheBridgesName() {
        host.falls(
                "mkdir -p /etc/network; echo 251.0.0.0/8 10.0.0.0/16 > /etc/network/fan; ip link add fan-251 type bridge",
                "rm /etc/network/fan; ip link del fan-251",
                Code.NAME_TAKEN);
    }

    @Test
    void fault34TheProgramsAreRemoved() {
        try {
            host.host().namespace().run(() -> {
                try (LinuxKernel kernel = new LinuxKernel(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"))) {
                    kernel.detachPrograms("ftun-250");
                }
            });
            host.has(Code.PROGRAMS);
        } finally {
            host.up(FanOptions.DEFAULT);
        }
    }

    @Test
    void theTunnelIsDeleted() {
        host.falls("ip link del ftun-250", "true", Code.TUNNEL);
    }

    @Test
    void twoCausesAreTwoFindings() {
        host.falls(
                "ip link del ftun-250; ip link set eth0 mtu 1400", "ip link set eth0 mtu 1500", Code.TUNNEL, Code.MTU);
    }

    @Test
    void theBridgeIsDeleted() {
        try {
            host.run("ip link del fan-250");
            host.has(Code.BRIDGE);
        } finally {
            host.up(FanOptions.DEFAULT);
            host.run("ip link set h1c1 master fan-250");
        }
    }

    @Test
    void theTunnelIsTakenOutOfTheBridge() {
        host.falls("ip link set ftun-250 nomaster", "true", Code.BRIDGE_PORT);
    }

    @Test
    void theBridgeIsDown() {
        host.falls("ip link set fan-250 down", "true", Code.DEVICE_DOWN);
    }

    @Test
    void theHostAddressIsRemoved() {
        host.falls("ip addr flush dev fan-250", "true", Code.HOST_ADDRESS);
    }

    @Test
    void fault8ALineOfTheConfigurationMeansNothing() {
        host.falls(
                "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 dhpc > /etc/network/fan",
                "rm /etc/network/fan",
                Code.CONFIG_LINE);
    }

    @Test
    void theConfigurationHasTheUnderlayFirst() {
        Finding found = host.falls(
                "mkdir -p /etc/network; echo 10.0.0.0/16 250.0.0.0/8 > /etc/network/fan",
                "rm /etc/network/fan",
                Code.CONFIG_ORDER);
        assertThat(found.severity()).isEqualTo(Severity.NOTE);
    }

    @Test
    void aFanIsConfiguredAndNotUp() {
        Finding found = host.falls(
                "mkdir -p /etc/network; printf '251.0.0.0/8 10.0.0.0/16\\n252.0.0.0/8 10.0.0.0/16 off\\n' > /etc/network/fan",
                "rm /etc/network/fan",
                Code.FAN_DOWN);
        assertThat(found.fix()).isEqualTo("fanctl up -a");
    }

    @Test
    void anotherVxlanDeviceHoldsTheTunnelsPort() {
        host.falls(
                "mkdir -p /etc/network; echo 251.0.0.0/8 10.0.0.0/16 port 4790 > /etc/network/fan;"
                        + " ip link add flannel.1 type vxlan id 1 dstport 4790 dev eth0",
                "rm /etc/network/fan; ip link del flannel.1",
                Code.PORT_CLASH);
    }

    @Test
    void aDeviceOfAnOlderFanIsLeft() {
        host.falls(
                "ip link add ftun0 type vxlan id 5 dstport 9999 dev eth0", "ip link del ftun0", Code.LEFTOVER_DEVICE);
    }

    @Test
    void theHookOfTheOldPackageIsLeft() {
        host.falls(
                "mkdir -p /etc/network/if-up.d; echo exit > /etc/network/if-up.d/ubuntu-fan",
                "rm -r /etc/network/if-up.d",
                Code.UBUNTU_FAN);
    }

    @Test
    void aContainerSendsWithAnAddressThatIsNotItsOwn(Lab lab) {
        try {
            lab.containers()
                    .get(0)
                    .exec(
                            "sh",
                            "-c",
                            "ip addr add 250.0.9.9/8 dev eth0; ping -c1 -W1 -I 250.0.9.9 250.0.2.1;"
                                    // Or it would go on asking by ARP, when the counters are new already.
                                    + " ip neigh del 250.0.2.1 dev eth0; ip addr del 250.0.9.9/8 dev eth0");
            // Worse while it goes on: the container asks by ARP a few times.
            Finding found = host.has(Code.DROPS);
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (found.severity() == Severity.WARNING && System.nanoTime() < deadline) {
                found = host.has(Code.DROPS);
            }
            assertThat(found.severity()).isEqualTo(Severity.NOTE);
            assertThat(found.evidence()).singleElement().asString().startsWith("send-spoofed ");
        } finally {
            host.run("ip link del ftun-250");
            host.up(FanOptions.DEFAULT);
        }
    }
}
