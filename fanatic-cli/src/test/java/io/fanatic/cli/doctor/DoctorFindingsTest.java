package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.WithoutEbpf;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Health;
import io.fanatic.netlink.health.Severity;
import io.fanatic.netlink.kernel.LinuxKernel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is amiss with the fan, the host's devices, addresses and routes, and its configuration. */
class DoctorFindingsTest extends HostFindings {
    private static final String CONFIGURED = "echo 250.0.0.0/8 10.0.0.0/16 > /etc/network/fan";

    /** A device that leads elsewhere. */
    private static final String WAY = "ip link add w0 type veth peer name w1; ip link set w0 up; ip link set w1 up;";

    @Test
    void aHealthyHostYieldsNothing() {
        Diagnosis diagnosis = host.examine();
        assertThat(diagnosis.findings()).isEmpty();
        assertThat(diagnosis.looked()).isGreaterThan(15);
    }

    @Test
    void aHostWithoutAFanIsHealthy() {
        host.run("ip link set h1c1 nomaster; rm /etc/network/fan");
        host.down();
        try {
            host.isHealthy();
        } finally {
            host.up(FanOptions.DEFAULT);
            host.run(CONFIGURED + "; ip link set h1c1 master fan-250");
        }
    }

    @Test
    void aFanThatIsUpAndNotConfigured() {
        host.run("rm /etc/network/fan");
        Finding found = host.has(Code.NOT_CONFIGURED);
        assertThat(found.severity()).isEqualTo(Severity.NOTE);
        assertThat(found.fix()).isEqualTo("fanctl config set 250.0.0.0/8 10.0.0.0/16");
        host.run("echo 250.0.0.0/8 10.0.0.0/16 off > /etc/network/fan");
        host.has(Code.NOT_CONFIGURED);
        host.run("echo 250.0.0.0/8 10.0.0.1/16 > /etc/network/fan");
        host.isHealthy();
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
                "ip addr add 10.0.0.77/16 dev eth0; ip addr del 10.0.0.1/16 dev eth0;"
                        + " ip addr show dev eth0 | grep -q 10.0.0.77 || ip addr add 10.0.0.77/16 dev eth0",
                CONFIGURED + "; ip addr flush dev eth0;"
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
                "ip tuntap add vm0 mode tap; ip link set vm0 mtu 1500 master fan-250 up",
                "ip link set vm0 mtu 1450; ip link set fan-250 mtu 1450; ip link delete vm0",
                Code.PORT_MTU);
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
        // The same in a named set, in a chain that another jumps to; and where the fan passes before that.
        String behind = "nft 'add table ip bogons; add chain ip bogons in { type filter hook prerouting priority raw;"
                + " }; add chain ip bogons no; add set ip bogons nets { type ipv4_addr; flags interval; elements = {"
                + " 10.99.0.0/16, 240.0.0.0/4 }; }; add rule ip bogons in ip saddr @nets jump no; add rule ip bogons no"
                + " counter drop';";
        Finding found = host.falls(behind, "nft delete table ip bogons", Code.CLASS_E);
        assertThat(found.evidence())
                .containsExactly(
                        "nft: ip bogons in: ip saddr { 10.99.0.0/16, 240.0.0.0/4 } jump no; ip bogons no: drop");
        host.run(behind + "nft insert rule ip bogons no iifname fan-250 accept");
        try {
            host.isHealthy();
        } finally {
            host.run("nft delete table ip bogons");
        }
    }

    @Test
    void fault24TheReversePathFilterIsStrictWhereTwoDevicesLeadToTheUnderlay() {
        host.run(WAY + "ip route add 10.0.128.0/17 dev w0");
        host.up(FanOptions.DEFAULT);
        host.falls(
                "sysctl -qw net.ipv4.conf.eth0.rp_filter=1",
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
        host.falls("sysctl -qw net.ipv4.conf.eth0.forwarding=0", "true", Code.FORWARDING_OFF);
        host.falls("sysctl -qw net.ipv4.ip_forward=1 net.ipv4.ip_forward=0", "true", Code.FORWARDING_OFF);
        host.falls(
                "sysctl -qw net.ipv4.conf.fan-250.forwarding=0",
                "sysctl -qw net.ipv4.conf.fan-250.forwarding=1",
                Code.FORWARDING_OFF);
    }

    @Test
    void fault24ADeviceThatCameAfterTheFanDoesNotForward() {
        Finding found = host.falls(
                "ip link add w0 type veth peer name w1; ip addr add 192.0.2.1/24 dev w0",
                "ip link del w0",
                Code.FORWARDING_OFF);
        assertThat(found.severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void fault24TheTableThatKeepsTheHostsNetworksApartIsAlteredOrDeleted() {
        host.falls("nft delete table ip fanatic-forward", "true", Code.FORWARD_OPEN);
        host.falls("nft flush table ip fanatic-forward", "true", Code.FORWARD_OPEN);
        Finding late =
                host.falls("sysctl -qw net.ipv4.ip_forward=1", "sysctl -qw net.ipv4.ip_forward=0", Code.FORWARD_DROP);
        assertThat(late.severity()).isEqualTo(Severity.WARNING);
    }

    /** As builds before this left a host: forwarding on everywhere, and Docker with nothing to switch on itself. */
    @Test
    void fault24AnEarlierVersionSwitchedForwardingOnForDocker() {
        String journal = "sed -i 's/^devices \\(boot .* on \\).*/forwarding \\1 beside /' /var/lib/fanatic/journal;"
                + " nft delete table ip fanatic-forward; sysctl -qw net.ipv4.ip_forward=1;";
        assertThat(host.falls(journal, "true", Code.FORWARD_OPEN).fix()).isEqualTo("fanctl up -a");

        String docker = " ip link add docker0 type bridge; iptables -P FORWARD ACCEPT; iptables -N DOCKER-USER;";
        String gone = "nft delete table ip filter; ip link del docker0";
        Finding open = host.falls(journal + docker, gone, Code.FORWARD_OPEN);
        assertThat(open.fix()).isEqualTo("iptables-nft -P FORWARD DROP && fanctl up --all");

        host.run(journal + docker + "iptables-nft -P FORWARD DROP");
        try {
            host.up(FanOptions.DEFAULT);
            host.isHealthy();
        } finally {
            host.run(gone);
            host.up(FanOptions.DEFAULT);
        }
        host.isHealthy();
    }

    /** Who has forwarding on without the fan may have any policy. */
    @Test
    void dockersChainsAndAPolicyOfAcceptAloneAreNoTrouble() {
        host.run("sysctl -qw net.ipv4.ip_forward=1; iptables -P FORWARD ACCEPT; iptables -N DOCKER-USER");
        try {
            host.up(FanOptions.DEFAULT);
            host.isHealthy();
        } finally {
            host.run("nft delete table ip filter; sysctl -qw net.ipv4.ip_forward=0");
            host.up(FanOptions.DEFAULT);
        }
    }

    @Test
    void fault25ARouteOverlapsTheOverlay() {
        host.falls("ip route add 250.7.0.0/16 via 10.0.255.254", "ip route del 250.7.0.0/16", Code.OVERLAY_OVERLAP);
        host.falls("ip route add blackhole 250.0.2.1/32", "ip route del blackhole 250.0.2.1/32", Code.OVERLAY_OVERLAP);
    }

    /** Which the fan knows, so that it alone is no trouble. */
    private void anotherWay() {
        host.run(WAY + "ip route add default dev w0 table 77");
        host.up(FanOptions.DEFAULT);
    }

    @Test
    void fault26APolicyRuleLeadsTheOverlayOrTheUnderlayElsewhere() {
        String back = "ip link del w0; ip rule del pref 100; ip rule del pref 99 2>/dev/null || true;";
        anotherWay();
        Finding overlay = host.falls("ip rule add pref 100 to 250.0.0.0/8 lookup 77", back, Code.POLICY_RULE);
        assertThat(overlay.evidence().get(0)).contains("is reached by w0 (table 77), not by fan-250: ip rule 100:");
        anotherWay();
        Finding underlay = host.falls("ip rule add pref 100 from 10.0.0.1 lookup 77", back, Code.POLICY_RULE);
        assertThat(underlay.title()).contains("the tunnel's packets");
        assertThat(underlay.fix()).isEqualTo("ip rule add pref 99 to 10.0.0.0/16 lookup main");
        Finding refused = host.falls(
                "ip rule add pref 100 to 10.0.128.0/17 unreachable", "ip rule del pref 100", Code.POLICY_RULE);
        assertThat(refused.evidence().get(0)).contains("is not reached, not by eth0: ip rule 100:");

        // The command that the finding tells is a cure; and what a VPN does, which leaves the underlay to the main
        // table, is no trouble.
        anotherWay();
        host.run("ip rule add pref 100 from 10.0.0.1 lookup 77; " + underlay.fix());
        host.up(FanOptions.DEFAULT); // leaves the fast path, which such rules are not for
        try {
            host.isHealthy();
            host.run("ip rule del pref 99; ip rule add pref 99 lookup main suppress_prefixlength 0");
            host.isHealthy();
            bridgedConnection(true);
        } finally {
            host.run(back);
            host.up(FanOptions.DEFAULT);
        }
    }

    @Test
    void ipv6ThatSomebodySwitchesOnOnTheBridgeIsFound() {
        assertThat(host.falls("sysctl -qw net.ipv6.conf.fan-250.disable_ipv6=0", "true", Code.BRIDGE)
                        .evidence())
                .containsExactly("fanctl up would change bridge fan-250: IPv6 on -> off");
    }

    @Test
    void fault33ADeviceOfSomebodyElseHasTheBridgesName() {
        host.falls(
                "echo 251.0.0.0/8 10.0.0.0/16 >> /etc/network/fan; ip link add fan-251 type bridge",
                CONFIGURED + "; ip link del fan-251",
                Code.NAME_TAKEN);
    }

    @Test
    void fault34TheProgramsAreRemoved() {
        try {
            host.host().namespace().run(() -> {
                try (LinuxKernel kernel = new LinuxKernel(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"))) {
                    kernel.detachPrograms("ftun-250", "ftun-250");
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
        host.falls("echo 250.0.0.0/8 10.0.0.0/16 dhpc > /etc/network/fan", CONFIGURED, Code.CONFIG_LINE);
    }

    @Test
    void theConfigurationHasTheUnderlayFirst() {
        Finding found = host.falls("echo 10.0.0.0/16 250.0.0.0/8 > /etc/network/fan", CONFIGURED, Code.CONFIG_ORDER);
        assertThat(found.severity()).isEqualTo(Severity.NOTE);
    }

    @Test
    void aFanIsConfiguredAndNotUp() {
        Finding found = host.falls(
                "printf '251.0.0.0/8 10.0.0.0/16\\n252.0.0.0/8 10.0.0.0/16 off\\n' >> /etc/network/fan",
                CONFIGURED,
                Code.FAN_DOWN);
        assertThat(found.fix()).isEqualTo("fanctl up -a");
    }

    @Test
    void anotherVxlanDeviceHoldsTheTunnelsPort() {
        host.falls(
                "echo 251.0.0.0/8 10.0.0.0/16 port 4790 >> /etc/network/fan;"
                        + " ip link add flannel.1 type vxlan id 1 dstport 4790 dev eth0",
                CONFIGURED + "; ip link del flannel.1",
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
            Pattern when = Pattern.compile("the last at (\\S+?)\\)?$");
            Matcher last = when.matcher(found.title());
            assertThat(last.find()).as(found.title()).isTrue();
            assertThat(Duration.between(OffsetDateTime.parse(last.group(1)), OffsetDateTime.now()))
                    .isBetween(Duration.ZERO, Duration.ofSeconds(60));
            assertThat(found.evidence())
                    .satisfiesExactly(
                            line -> assertThat(line).matches("send-spoofed \\d+ \\(the last at \\S+\\): .*"),
                            line -> assertThat(line).matches("send-host-spoofed \\d+ \\(the last at \\S+\\): .*"));
            assertThat(CliRun.fanctl(host.host(), found.fix().replace("fanctl ", ""))
                            .done())
                    .contains("dropped: the sender's address is not of this host's slice; the last at ");
        } finally {
            CliRun.fanctl(host.host(), "show --stats --reset").done();
        }
        host.isHealthy();
        assertThat(CliRun.fanctl(host.host(), "show --stats").done()).doesNotContain("dropped: the sender's");
    }

    /** Its ARP was taken for forged: the kernel gave the address that the packet came from as the sender. */
    @Test
    void theHostSpeaksToItsContainersFromAnotherAddressOfItsOwn(Lab lab) {
        CliRun.fanctl(host.host(), "show --stats --reset").done();
        // As for a port that is published at the underlay's address, which the host itself reads.
        for (String container : List.of("250.0.1.2", "250.0.1.77")) {
            host.run("ip neigh flush dev fan-250; ping -c1 -W1 -I 10.0.0.1 " + container + " || true");
        }
        assertThat(CliRun.fanctl(host.host(), "show --stats").done()).doesNotContain("dropped: the sender's");
        host.isHealthy();
        // To another host's container it is forged, as nobody there could answer.
        host.run("ip neigh replace 250.0.2.2 lladdr 02:00:00:00:00:01 dev fan-250;"
                + " ping -c1 -W1 -I 10.0.0.1 250.0.2.2 || true; ip neigh del 250.0.2.2 dev fan-250");
        try {
            assertThat(host.has(Code.DROPS).evidence()).anyMatch(line -> line.startsWith("send-spoofed 1 "));
        } finally {
            CliRun.fanctl(host.host(), "show --stats --reset").done();
        }
    }
}
