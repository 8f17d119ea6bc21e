package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.host.RouterAdvertisements;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.LimitedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * IPv6 to the outside on a kernel that forwards it by all devices or by none, as all do before Linux 6.17. The host has its default route
 * from a router that advertises itself, and a neighbour on another network, where it has a link-local address only:
 *
 * <pre>
 *   router 2001:db8:1::1 ---- u0 [host] u1 fe80::1:1 ---- fe80::1:2, 2001:db8:7::2 neighbour
 *   outside 2001:db8:2::1        fan-250 fd00:fa:0:1::1
 *                                   |
 *                                box fd00:fa:0:1::2
 * </pre>
 */
class Ipv6ForwardingTest {
    private static final FanEntry DUAL = FanEntry.parse("250.0.0.0/8 10.0.0.1/16 overlay6 fd00:fa::/48");
    private static final String OUTSIDE = "2001:db8:2::1";
    private static final String FORWARDING = "net.ipv6.conf.all.forwarding";

    @RegisterExtension
    final FreshNamespace hosts = new FreshNamespace();

    @TempDir
    Path directory;

    private Namespace host = Namespace.named("host");
    private Namespace router = Namespace.named("router");
    private Namespace neighbour = Namespace.named("neighbour");
    private boolean byDevice;
    private String before = "";
    private HostSnapshot snapshot = new HostSnapshot(List.of());

    @BeforeEach
    void aHostWithARouterThatAdvertisesItself() {
        assumeTrue(
                KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES_IPV6), "this kernel has no nftables for IPv6");
        host = hosts.namespace();
        router = hosts.another();
        neighbour = hosts.another();
        for (Namespace each : List.of(host, router, neighbour)) {
            sh(each, "ip link set lo up; sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0");
        }
        connect(router, "u0");
        connect(neighbour, "u1");
        sh(host, "ip addr add 10.0.0.1/16 dev u0; ip -6 addr add fe80::1:1/64 dev u1 nodad");
        sh(neighbour, "ip -6 addr add 2001:db8:7::2/64 dev n0 nodad; ip -6 route add default via fe80::1:1 dev n0");
        sh(
                router,
                // Hosts forget a default route by a neighbour that says it is no router.
                "sysctl -qw net.ipv6.conf.all.forwarding=1; ip -6 addr add 2001:db8:1::1/64 dev n0 nodad; ip -6 addr add "
                        + OUTSIDE + "/128 dev lo;"
                        + " dnsmasq --port=0 --interface=n0 --enable-ra --ra-param=n0,4,1800"
                        + " --dhcp-range=2001:db8:1::,ra-only,64 --pid-file=" + directory.resolve("router.pid")
                        + " --conf-file=/dev/null --dhcp-leasefile=/dev/null --user=root");
        awaitDefaultRoute();
        before = switches();
        snapshot = host.call(HostSnapshot::take);
    }

    private static String sh(Namespace inside, String script) {
        return FreshNamespace.exec(inside, "sh", "-e", "-c", script);
    }

    private void connect(Namespace other, String device) {
        sh(
                host,
                "ip link add " + device + " type veth peer name n0 netns "
                        + other.network().getFileName());
        sh(other, "ip link set n0 up");
        sh(host, "sysctl -qw net.ipv6.conf." + device + ".accept_ra=1; ip link set " + device + " up");
    }

    @AfterEach
    void endTheRouter() {
        // Not there where the kernel cannot run this.
        if (router.exists()) {
            sh(router, "[ ! -e " + directory + "/router.pid ] || kill $(cat " + directory + "/router.pid)");
        }
    }

    private void awaitDefaultRoute() {
        sh(
                host,
                "for i in $(seq 300); do [ -n \"$(ip -6 route show default proto ra dev u0)\" ] && exit 0; sleep 0.1; done; exit 1");
    }

    private String switches() {
        return sh(host, "sysctl -ar 'net.ipv6.conf.*[.](forwarding|accept_ra)$'");
    }

    private String sysctl(String key) {
        return sh(host, "sysctl -n " + key).strip();
    }

    private <T> T engine(Function<Engine, T> work) {
        return host.call(() -> {
            KernelFeatures features = KernelFeatures.ofThisKernel();
            if (!byDevice) {
                features = features.without(KernelFeature.FORCE_FORWARDING);
            }
            try (Kernel kernel = LimitedKernel.of(directory, features)) {
                return work.apply(new Engine(kernel));
            }
        });
    }

    private void down() {
        engine(engine -> engine.down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.1/16")));
    }

    private Namespace box() {
        Namespace box = hosts.another();
        sh(
                host,
                "ip link add vbox type veth peer name n0 netns " + box.network().getFileName()
                        + "; ip link set vbox master fan-250 up");
        sh(
                box,
                "sysctl -qw net.ipv6.conf.n0.accept_dad=0; ip link set n0 up mtu 1450;"
                        + " ip -6 addr add fd00:fa:0:1::2/64 dev n0 nodad; ip -6 route add default via fd00:fa:0:1::1");
        return box;
    }

    private static boolean reaches(Namespace from, String address, int seconds) {
        return sh(from, "ping -6 -c 1 -w " + seconds + " -M do -s 1402 " + address + " >/dev/null && echo yes || :")
                .equals("yes\n");
    }

    /** Whether a packet of the neighbour's, addressed to the outside, comes as far as the router; nothing answers it. */
    private boolean passes() {
        sh(
                router,
                "nft 'add table ip6 seen; add chain ip6 seen input { type filter hook input priority 0; };"
                        + " flush chain ip6 seen input; add rule ip6 seen input ip6 saddr 2001:db8:7::2 counter'");
        reaches(neighbour, OUTSIDE, 2);
        return !sh(router, "nft list table ip6 seen").contains("counter packets 0 ");
    }

    // TESTING.md F24
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void containersReachTheOutsideAndTheHostLosesNoRouteAndStaysAHost(boolean single) {
        assumeTrue(
                !single || KernelFeatures.ofThisKernel().has(KernelFeature.FORCE_FORWARDING),
                "this kernel forwards IPv6 by all devices or by none");
        byDevice = single;
        Path lost = directory.resolve("lost");
        sh(host, "ip -6 monitor route >" + lost + " 2>&1 & echo $! >" + directory.resolve("monitor.pid"));
        try {
            assertThat(engine(engine -> engine.up(DUAL)).notes()).isEmpty();
            assertThat(engine(engine -> engine.up(DUAL)).isEmpty()).isTrue();
            assertThat(sysctl(FORWARDING)).isEqualTo(single ? "0" : "1");
            String[] hosts = {"default.forwarding", "u0.forwarding", "u1.forwarding"};
            for (String key : hosts) {
                assertThat(sysctl("net.ipv6.conf." + key)).as(key).isEqualTo("0");
            }
            assertThat(sysctl("net.ipv6.conf.u0.accept_ra")).isEqualTo("1");

            Namespace box = box();
            assertThat(reaches(box, OUTSIDE, 10)).isTrue();
            assertThat(engine(engine -> engine.up(DUAL)).isEmpty()).isTrue();
            TwoFans.bulk(box, router, OUTSIDE);

            // It is no router between its networks, not even for who knows a link-local address of its.
            assertThat(passes()).isFalse();
            sh(host, "nft delete table ip6 fanatic-forward");
            assertThat(passes()).isEqualTo(!single);
            engine(engine -> engine.up(DUAL));
            assertThat(passes()).isFalse();

            assertThat(lost).content().doesNotContain("Deleted default");
            // It hears the router still.
            sh(host, "ip -6 route flush default");
            awaitDefaultRoute();
            // What says so is another process.
            sh(
                    host,
                    "for i in $(seq 300); do grep -q 'Deleted default' " + lost
                            + " && exit 0; sleep 0.1; done; exit 1");
            assertThat(host.call(RouterAdvertisements::devicesThatLostDefaultRoute))
                    .isEmpty();
            sh(host, "ip link del vbox; : >" + lost);
            down();
            assertThat(lost).content().doesNotContain("Deleted default");
        } finally {
            sh(host, "kill $(cat " + directory.resolve("monitor.pid") + ")");
        }
        assertThat(switches()).isEqualTo(before);
        assertThat(snapshot.changesTo(host.call(HostSnapshot::take))).isEmpty();
        assertThat(directory.resolve("journal")).doesNotExist();
    }

    /** As LXD, and Docker where a network of its has IPv6; by that they set the default for devices to come, too. */
    @Test
    void whoSwitchesForwardingOnLaterHasItForHimself() {
        engine(engine -> engine.up(DUAL));
        sh(host, "sysctl -qw net.ipv6.conf.u0.accept_ra=2 " + FORWARDING + "=1");
        assertThat(engine(engine -> engine.up(DUAL)).isEmpty()).isFalse();
        assertThat(sh(host, "nft list tables")).contains("ip6 fanatic").doesNotContain("ip6 fanatic-forward");
        assertThat(engine(engine -> engine.up(DUAL)).isEmpty()).isTrue();
        down();
        assertThat(sysctl(FORWARDING)).isEqualTo("1");
        sh(host, "sysctl -qw " + FORWARDING + "=0 net.ipv6.conf.u0.accept_ra=1");
        assertThat(switches()).isEqualTo(before);
    }

    @Test
    void whoSwitchesForwardingOffHasItOnAgainWithUp() {
        engine(engine -> engine.up(DUAL));
        sh(host, "sysctl -qw " + FORWARDING + "=0");
        engine(engine -> engine.up(DUAL));
        assertThat(reaches(box(), OUTSIDE, 10)).isTrue();
        sh(host, "ip link del vbox");
        down();
        assertThat(switches()).isEqualTo(before);
    }

    /** In the moment when all devices are routers, and the one that listens to routers is told to go on with it. */
    @Test
    void aRunThatWasKilledInBetweenIsEndedByUpAndByDown() throws Exception {
        for (boolean up : new boolean[] {true, false}) {
            engine(engine -> engine.up(DUAL));
            String whole = switches();
            Path journal = directory.resolve("journal");
            String lines = Files.readString(journal);
            String noted = lines.lines()
                    .filter(line -> line.startsWith("devices6 "))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(
                    journal, lines + noted.replaceAll("devices6(.*) on .*", "forwarding6$1 on fan-250 beside u0,u1\n"));
            sh(host, "sysctl -qw net.ipv6.conf.u0.accept_ra=2 net.ipv6.conf.u1.accept_ra=2 " + FORWARDING + "=1");
            if (up) {
                engine(engine -> engine.up(DUAL));
                assertThat(switches()).isEqualTo(whole);
            }
            down();
            assertThat(switches()).isEqualTo(before);
            assertThat(journal).doesNotExist();
        }
    }

    /** A fan without NAT leads nothing to outside, also where another one does. */
    @Test
    void aFanThatShallNotReachTheOutsideDoesNot() {
        engine(engine -> engine.up(DUAL));
        engine(engine -> engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.1/16 port 9999 overlay6 fd00:fb::/48 no-nat")));
        assertThat(sh(host, "nft list table ip6 fanatic-forward")).containsPattern("iifname \\{[^}]*fan-251.*oifname");
        assertThat(engine(engine -> engine.up(DUAL)).isEmpty()).isTrue();
        engine(Engine::downEverything);
        assertThat(switches()).isEqualTo(before);
    }
}
