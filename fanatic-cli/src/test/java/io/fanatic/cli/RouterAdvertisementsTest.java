package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.RouterAdvertisements;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** h1 has its IPv6 default route from a router that advertises itself on the underlay: dnsmasq on h2. */
@FanLab(hosts = 2, containers = 0, fan = false)
class RouterAdvertisementsTest {
    private static final String FAN = "-u 10.0.0.0/16 -o 250.0.0.0/8";

    /** Labs do without these addresses, from which routers and hosts speak. */
    private static final String LINK_LOCAL = "sysctl -qw net.ipv6.conf.eth0.addr_gen_mode=0"
            + " net.ipv6.conf.eth0.disable_ipv6=1; sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0; ";

    private LabHost h1;
    private LabHost h2;

    @BeforeEach
    void advertise(Lab lab) {
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        h2.exec(
                        "sh",
                        "-e",
                        "-c",
                        LINK_LOCAL + "ip -6 address add 2001:db8:1::1/64 dev eth0 nodad;"
                                + " dnsmasq --port=0 --interface=eth0 --enable-ra --ra-param=eth0,4"
                                + " --dhcp-range=2001:db8:1::,ra-only,64 --pid-file=/run/router.pid --conf-file=/dev/null"
                                + " --dhcp-leasefile=/dev/null --user=root")
                .orThrow();
        h1.exec("sh", "-e", "-c", LINK_LOCAL + "sysctl -qw net.ipv6.conf.eth0.accept_ra=1")
                .orThrow();
        awaitDefaultRoute(true);
    }

    @AfterEach
    void end() {
        h2.exec("sh", "-e", "-c", "kill $(cat /run/router.pid)").orThrow();
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
}
