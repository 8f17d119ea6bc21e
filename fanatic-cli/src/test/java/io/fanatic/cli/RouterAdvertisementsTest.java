package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv6Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.RouterAdvertisements;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * h1 has its IPv6 default route from a router that advertises itself on the underlay, dnsmasq on h2; behind that is 2001:db8:2::1, the
 * outside. h3 is a neighbour.
 */
@FanLab(hosts = 3, containers = 1, fan = false)
class RouterAdvertisementsTest {
    private static final String FAN = "-u 10.0.0.0/16 -o 250.0.0.0/8";

    /** Labs do without these addresses, from which routers and hosts speak. */
    private static final String LINK_LOCAL = "sysctl -qw net.ipv6.conf.eth0.addr_gen_mode=0"
            + " net.ipv6.conf.eth0.disable_ipv6=1; sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0; ";

    /** Without it the kernel forwards by all devices or by none. */
    private static final Path BY_DEVICE = Path.of("/proc/sys/net/ipv6/conf/all/force_forwarding");

    private static final String DUAL = "up " + FAN + " --overlay6 fd00:fa::/48";
    private static final Ipv6Address OUTSIDE = Ipv6Address.parse("2001:db8:2::1");

    private Lab lab;
    private LabHost h1;
    private LabHost h2;

    @BeforeEach
    void advertise(Lab lab) {
        this.lab = lab;
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        h2.exec(
                        "sh",
                        "-e",
                        "-c",
                        // Hosts forget a default route by a neighbour that says it is no router.
                        LINK_LOCAL + "sysctl -qw net.ipv6.conf.eth0.forwarding=1;"
                                + " ip -6 address replace 2001:db8:1::1/64 dev eth0 nodad;"
                                + " ip -6 address replace " + OUTSIDE + "/128 dev lo;"
                                // In its first minute it lets up to 20 s pass, whatever it is told; a route lives
                                // longer than that, and ends within our wait for its end.
                                + " dnsmasq --port=0 --interface=eth0 --enable-ra --ra-param=eth0,4,25"
                                + " --dhcp-range=2001:db8:1::,ra-only,64 --pid-file=/run/router.pid --conf-file=/dev/null"
                                + " --dhcp-leasefile=/dev/null --user=root")
                .orThrow();
        h1.exec("sh", "-e", "-c", LINK_LOCAL + "sysctl -qw net.ipv6.conf.eth0.accept_ra=1")
                .orThrow();
        awaitDefaultRoute(true);
        h1.exec(
                        "sh",
                        "-c",
                        "for i in $(seq 300); do [ -n \"$(ip -6 -o address show dev eth0 scope global -tentative dynamic)\" ]"
                                + " && exit 0; sleep 0.1; done; exit 1")
                .orThrow();
    }

    @AfterEach
    void end() {
        h2.exec("sh", "-e", "-c", "kill $(cat /run/router.pid)").orThrow();
        // It would be taken for the next router's.
        h1.exec("ip", "-6", "route", "flush", "default").orThrow();
    }

    private void awaitDefaultRoute(boolean there) {
        h1.exec(
                        "sh",
                        "-c",
                        "for i in $(seq 300); do [ -" + (there ? "n" : "z")
                                + " \"$(ip -6 route show default proto ra dev eth0)\" ] && exit 0; sleep 0.1; done; exit 1")
                .orThrow();
    }

    @Test
    void aFanKeepsTheDefaultRouteAndTheDoctorTellsWhoLostIt() {
        assertThat(h1.namespace().call(RouterAdvertisements::devicesLosingDefaultRoute))
                .containsExactly("eth0");
        fanctl(h1, "up " + FAN + " --overlay6 fd00:fa::/48").done();
        awaitDefaultRoute(true);
        assertThat(fanatic(h1, "doctor --json").out()).doesNotContain("ipv6-route-lost");

        // As Docker does.
        h1.exec("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1").orThrow();
        awaitDefaultRoute(false);
        assertThat(h1.namespace().call(RouterAdvertisements::devicesLosingDefaultRoute))
                .isEmpty();
        assertThat(fanatic(h1, "doctor --json").out())
                .contains("ipv6-route-lost", "sysctl -w net/ipv6/conf/eth0/accept_ra=2");
        h1.exec("sysctl", "-w", "net/ipv6/conf/eth0/accept_ra=2").orThrow();
        awaitDefaultRoute(true);
        assertThat(fanatic(h1, "doctor --json").out()).doesNotContain("ipv6-route-lost");

        // With that it stays when forwarding comes.
        h1.exec("sysctl", "-qw", "net.ipv6.conf.all.forwarding=0").orThrow();
        assertThat(h1.namespace().call(RouterAdvertisements::devicesLosingDefaultRoute))
                .isEmpty();
        fanctl(h1, "down " + FAN).done();
    }

    @Test
    void containersReachTheOutsideAsTheirHostAndItStaysAHost() {
        HostSnapshot before = snapshot();
        LabContainer container = lab.containers().get(0);
        LabHost h3 = lab.hosts().get(2);
        try (Probes probes = Probes.open()) {
            fanctl(h1, DUAL).done();
            assertThat(fanctl(h1, DUAL).done()).contains("nothing to do");
            lab.attach(container);
            awaitDefaultRoute(true);
            container
                    .exec("ping", "-6", "-c2", "-i0.2", "-W5", "-Mdo", "-s1402", OUTSIDE.toString())
                    .orThrow();
            TransferResult result = BulkTransfer.to(OUTSIDE)
                    .start(probes, container.namespace(), h2.namespace())
                    .join();
            assertThat(result.error()).isEmpty();
            assertThat(result.source().orElseThrow().toString()).startsWith("2001:db8:1:");

            // It is a host as it was: its default route is there, and it listens to routers.
            awaitDefaultRoute(true);
            assertThat(h1.exec("sysctl", "-n", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.eth0.accept_ra")
                            .output())
                    .isEqualTo((Files.exists(BY_DEVICE) ? "0" : "1") + "\n1\n");
            assertThat(fanatic(h1, "doctor --json").out())
                    .doesNotContain("ipv6-route-lost", "forwarding-off", "\"nat\"");

            // As Docker leaves it where it switches forwarding on itself.
            h1.exec("ip6tables", "-P", "FORWARD", "DROP").orThrow();
            assertThat(container
                            .exec("ping", "-6", "-c1", "-W1", OUTSIDE.toString())
                            .exitCode())
                    .isNotZero();
            assertThat(fanatic(h1, "doctor --json").out())
                    .contains("forward-drop", "ip6 filter FORWARD has policy drop and no rule lets fan-250 pass");
            h1.exec(
                            "sh",
                            "-e",
                            "-c",
                            "ip6tables -I FORWARD -i fan-250 -j ACCEPT && ip6tables -I FORWARD -o fan-250"
                                    + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
                    .orThrow();
            container.exec("ping", "-6", "-c1", "-W5", OUTSIDE.toString()).orThrow();
            assertThat(fanatic(h1, "doctor --json").out()).doesNotContain("forward-drop");
            h1.exec("nft", "delete table ip6 filter").orThrow();

            // A neighbour that sends to it what is for others.
            String address = h1.exec(
                            "sh", "-c", "ip -6 -o address show dev eth0 scope global | sed 's:.*inet6 ::; s:/.*::'")
                    .output()
                    .lines()
                    .findFirst()
                    .orElseThrow();
            h3.exec(
                            "sh",
                            "-e",
                            "-c",
                            LINK_LOCAL + "ip -6 address replace 2001:db8:1::3/64 dev eth0 nodad;"
                                    + " ip -6 route replace " + OUTSIDE + " via " + address)
                    .orThrow();
            assertThat(h3.exec("ping", "-6", "-c2", "-i0.2", "-W1", OUTSIDE.toString())
                            .exitCode())
                    .isNotZero();
            h1.exec("nft", "delete table ip6 fanatic-forward").orThrow();
            h3.exec("ping", "-6", "-c2", "-i0.2", "-W5", OUTSIDE.toString()).orThrow();
            assertThat(fanatic(h1, "doctor --json").out()).contains("\"nat\"");
            fanctl(h1, DUAL).done();
            assertThat(h3.exec("ping", "-6", "-c2", "-i0.2", "-W1", OUTSIDE.toString())
                            .exitCode())
                    .isNotZero();

            // What belongs to no connection does not leave with the container's address.
            String rules = h1.exec("nft", "list", "table", "ip6", "fanatic").output();
            assertThat(rules).contains("ip6 saddr fd00:fa:0:1::/64 ip6 daddr != fd00:fa::/48 ct state invalid");

            fanctl(h1, DUAL + " --no-nat").done();
            assertThat(container
                            .exec("ping", "-6", "-c1", "-W1", OUTSIDE.toString())
                            .exitCode())
                    .isNotZero();
            assertThat(h1.exec("nft", "list", "tables").output().lines())
                    .filteredOn(line -> line.contains("ip6"))
                    .as("none but against forged packets")
                    .containsExactly("table ip6 fanatic-tunnel");
            fanctl(h1, DUAL).done();
            container.exec("ping", "-6", "-c1", "-W5", OUTSIDE.toString()).orThrow();
            lab.detach(container);
            fanctl(h1, "down " + FAN).done();
            awaitDefaultRoute(true);
        } finally {
            lab.detach(container);
        }
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    private HostSnapshot snapshot() {
        return h1.namespace().call(HostSnapshot::take);
    }
}
