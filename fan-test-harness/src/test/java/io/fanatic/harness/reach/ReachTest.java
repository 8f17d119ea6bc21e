package io.fanatic.harness.reach;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.serve.Responder;
import io.fanatic.harness.serve.ResponderSpec;
import io.fanatic.harness.throughput.Conditions;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two hosts of a lab, 10.0.0.1 and 10.0.0.2, of which the first tests the second:
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 250.0.1.1                       fan-250 250.0.2.1
 * </pre>
 */
@Execution(ExecutionMode.CONCURRENT)
class ReachTest {
    private static final Ipv4Address UNDERLAY = Ipv4Address.parse("10.0.0.2");
    private static final Ipv4Address OVERLAY = Ipv4Address.parse("250.0.2.1");
    private static final Transport CARRIER = new Transport.Vxlan(16384000, 8472, false);
    private static final ReachSpec SPEC = ReachSpec.DEFAULT
            .withPings(3)
            .withThroughput(Optional.of(IperfSpec.tcp().withTestLength(TestLength.bytes(4 << 20))));

    /** The kernel tells a bridge of its new cables when it has time; until then they carry nothing. */
    @BeforeEach
    void awaitCables(Lab lab) {
        awaitPing(lab, true);
    }

    /** A filter that is new lets flows pass on the fast path for 100 ms that have passed before. */
    private static void awaitSilence(Lab lab) {
        awaitPing(lab, false);
    }

    private static void awaitPing(Lab lab, boolean answered) {
        LabHost here = lab.hosts().get(0);
        boolean fan = !FanNetwork.onThisHost().in(here.namespace()).list().isEmpty();
        long deadline = System.nanoTime() + 20_000_000_000L;
        try (Probes probes = Probes.open()) {
            Ping ping = Ping.to(fan ? OVERLAY : UNDERLAY).withCount(1).withTimeout(Duration.ofMillis(200));
            while (ping.start(probes, here.namespace()).join().received() > 0 != answered) {
                assertThat(System.nanoTime()).as("the lab works in time").isLessThan(deadline);
            }
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aHealthyPeerPassesEveryStage(Lab lab) {
        try (Probes probes = Probes.open();
                Responder responder = serve(probes, lab)) {
            PeerReport byUnderlay = testPatiently(lab, UNDERLAY, SPEC);
            PeerReport byOverlay = testPatiently(lab, Ipv4Address.parse("250.0.2.77"), SPEC);

            for (PeerReport report : List.of(byUnderlay, byOverlay)) {
                assertThat(report.explanation()).isEmpty();
                assertThat(report.ok()).isTrue();
                assertThat(report.peer().orElseThrow().address()).isEqualTo(OVERLAY);
                assertThat(report.stages())
                        .extracting(Stage::name)
                        .containsExactly(
                                "ping",
                                "path MTU",
                                "echo, short",
                                "echo, long",
                                "echo, UDP",
                                "discard",
                                "throughput to it",
                                "throughput from it");
                assertThat(((Stage.PathMtu) report.stages().get(1)).mtu()).isEqualTo(1450);
                Stage.Rate rate = (Stage.Rate) report.stages().get(6);
                Conditions conditions = ((Throughput.Measured) rate.result()).conditions();
                assertThat(conditions.mtu()).isEqualTo(1450);
                assertThat(conditions.processors()).isPositive();
            }
            assertThat(responder.echoPort()).isEqualTo(7);
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void socatAndAStockIperf3AtTheOtherEndAreGoodEnough(Lab lab) throws Exception {
        LabHost there = lab.hosts().get(1);
        List<Process> services = new ArrayList<>();
        try {
            services.add(start(there.namespace(), "socat TCP-LISTEN:7,fork,reuseaddr EXEC:cat"));
            services.add(start(there.namespace(), "socat UDP-LISTEN:7,fork EXEC:cat"));
            services.add(start(there.namespace(), "socat -u TCP-LISTEN:9,fork,reuseaddr OPEN:/dev/null"));
            services.add(start(there.namespace(), "iperf3 -s"));
            there.awaitListening(7, 9, 5201);

            PeerReport report = testPatiently(lab, UNDERLAY, SPEC);

            assertThat(report.explanation()).isEmpty();
            assertThat(report.stages()).hasSize(8).allMatch(Stage::ok);
        } finally {
            for (Process service : services) {
                service.destroy();
                assertThat(service.waitFor(1, TimeUnit.MINUTES)).isTrue();
            }
        }
    }

    /** Between two tests nothing listens for a while. */
    @Test
    @FanLab(hosts = 2, containers = 0)
    void aStockIperf3ThatListensAnewAfterEachTestIsWaitedFor(Lab lab) throws Exception {
        LabHost there = lab.hosts().get(1);
        Process server = new ProcessBuilder(there.namespace()
                        .command(List.of("sh", "-c", "while iperf3 -s -1 >/dev/null; do sleep 0.3; done")))
                .start();
        try {
            there.awaitListening(5201);

            PeerReport report = testPatiently(lab, UNDERLAY, SPEC.withoutData());

            assertThat(report.explanation()).isEmpty();
            assertThat(report.stages()).allMatch(Stage::ok);
        } finally {
            List<ProcessHandle> all = server.descendants().toList();
            server.destroy();
            all.forEach(ProcessHandle::destroy);
            assertThat(server.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void aHostWithoutAFanIsToldSo(Lab lab) {
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoFanHere(UNDERLAY, false));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void addressesThatMeanNoOtherHostAreToldSo(Lab lab) {
        Ipv4Address foreign = Ipv4Address.parse("192.0.2.1");
        assertThat(explained(test(lab, foreign, SPEC))).isEqualTo(new Explanation.NoFanHere(foreign, true));
        Ipv4Address own = Ipv4Address.parse("250.0.1.9");
        assertThat(explained(test(lab, own, SPEC))).isEqualTo(new Explanation.ThisHost(own));
        Ipv4Address network = Ipv4Address.parse("250.0.0.7");
        assertThat(explained(test(lab, network, SPEC)).sentence()).contains("nobody's");
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void noFanThereIsToldByTheRefusedPort(Lab lab) {
        FanControl.embedded().down(lab.hosts().get(1));
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoFanThere(UNDERLAY, CARRIER));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void anotherVniThereIsSeenInWhatItSends(Lab lab) {
        again(lab, FanOptions.DEFAULT.withVni(77));
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.TunnelSilent(UNDERLAY, CARRIER));
        answersAskers(lab);
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.OtherVni(UNDERLAY, 16384000, 77));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void anotherPortThereIsSeenInWhatItSends(Lab lab) {
        again(lab, FanOptions.DEFAULT.withPort(8473));
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoFanThere(UNDERLAY, CARRIER));
        answersAskers(lab);
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.OtherPort(UNDERLAY, 8472, 8473));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aTunnelPortThatIsFilteredIsToldFromOneThatIsNot(Lab lab) {
        answersAskers(lab);
        nft(lab, 2, "input", "udp dport 8472 drop");
        awaitSilence(lab);
        assertThat(explained(test(lab, UNDERLAY, SPEC)))
                .isEqualTo(new Explanation.TunnelFiltered(UNDERLAY, CARRIER, false));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aFilterThatSaysSoIsTakenAtItsWord(Lab lab) {
        nft(lab, 2, "input", "udp dport 8472 reject with icmp type admin-prohibited");
        awaitSilence(lab);
        assertThat(explained(test(lab, UNDERLAY, SPEC)))
                .isEqualTo(new Explanation.TunnelFiltered(UNDERLAY, CARRIER, true));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void whatIsFilteredBothWaysCannotBeToldFromAnotherVniAndIsNotGuessed(Lab lab) {
        nft(lab, 2, "input", "udp dport 8472 drop");
        nft(lab, 2, "output", "udp dport 8472 drop");
        awaitSilence(lab);
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.TunnelSilent(UNDERLAY, CARRIER));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aHostThatIsDownIsToldFromOneThatAnswersNoPing(Lab lab) {
        nft(lab, 2, "input", "meta l4proto icmp drop");
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.UnderlaySilent(UNDERLAY, true));
        run(lab, 2, "ip link set eth0 down");
        run(lab, 1, "ip neigh flush all");
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.UnderlaySilent(UNDERLAY, false));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void routesOfThisHostThatLeadNowhereOrElsewhereAreNamed(Lab lab) {
        run(lab, 1, "ip route add blackhole 250.0.2.0/24");
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoRoute(OVERLAY));
        run(lab, 1, "ip route del blackhole 250.0.2.0/24");
        run(lab, 1, "ip route add 250.0.2.0/24 dev eth0");
        assertThat(explained(test(lab, UNDERLAY, SPEC)))
                .isEqualTo(new Explanation.OtherRoute(OVERLAY, "fan-250", "eth0"));
        run(lab, 1, "ip route del 250.0.2.0/24 dev eth0");
        run(lab, 1, "ip route add unreachable 10.0.0.2");
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoRoute(UNDERLAY));
        run(lab, 1, "ip route del unreachable 10.0.0.2");
        run(lab, 1, "ip rule add to 10.0.0.2 pref 10 prohibit");
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoRoute(UNDERLAY));
        run(lab, 1, "ip rule del pref 10");
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void anUnderlayThatCarriesLessIsMeasuredToTheByte(Lab lab) {
        // A bridge's port lets four bytes more pass than its MTU, room for a VLAN tag.
        runIn(lab.outside(), "ip link set h2 mtu 1296");
        PeerReport report = test(lab, UNDERLAY, SPEC);
        assertThat(explained(report)).isEqualTo(new Explanation.LargePacketsLost(TunnelType.VXLAN, 1450, 1250));
        assertThat(report.stages().get(0).ok()).as("small packets pass").isTrue();
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aTransferThatStandsStillWhileFullPingsPassIsToldSo(Lab lab) {
        try (Probes probes = Probes.open();
                Responder responder = serve(probes, lab)) {
            assertThat(responder.connections()).isZero();
            nft(lab, 2, "input", "iifname fan-250 meta l4proto tcp meta length > 1000 drop");
            assertThat(explained(test(lab, UNDERLAY, SPEC)))
                    .isEqualTo(new Explanation.BulkTcpFails("ftun-250", "echo, long"));
            ReachSpec bytes = SPEC.withoutData();
            assertThat(explained(test(lab, UNDERLAY, bytes)))
                    .isEqualTo(new Explanation.BulkTcpFails("ftun-250", "iperf3"));
            ReachSpec time = bytes.withThroughput(
                    Optional.of(IperfSpec.tcp().withTestLength(TestLength.time(Duration.ofMillis(300)))));
            assertThat(explained(test(lab, UNDERLAY, time)))
                    .isEqualTo(new Explanation.BulkTcpFails("ftun-250", "throughput to it"));
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void nobodyServingThereIsARefusalWithAName(Lab lab) {
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.NoResponder(OVERLAY, "echo", 7));
        assertThat(explained(test(lab, UNDERLAY, SPEC.withoutData())))
                .isEqualTo(new Explanation.NoResponder(OVERLAY, "iperf3", 5201));
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aServicePortThatIsFilteredIsNamed(Lab lab) {
        nft(lab, 2, "input", "tcp dport 7 drop");
        assertThat(explained(test(lab, UNDERLAY, SPEC))).isEqualTo(new Explanation.ServiceSilent(OVERLAY, "echo", 7));
    }

    /** A hung program, or a host so slow that its answer comes too late. */
    @Test
    @FanLab(hosts = 2, containers = 0)
    void aServiceThatAcceptsAndSaysNothingIsNoFilter(Lab lab) throws Exception {
        try (ServerSocket hung = lab.hosts().get(1).namespace().call(() -> new ServerSocket(5201))) {
            assertThat(explained(test(lab, UNDERLAY, SPEC.withoutData())))
                    .isEqualTo(new Explanation.Other("iperf3: the server said nothing for 3000 ms"));
            assertThat(hung.isClosed()).isFalse();
        }
        nft(lab, 2, "input", "tcp dport 5201 drop");
        assertThat(explained(test(lab, UNDERLAY, SPEC.withoutData())))
                .isEqualTo(new Explanation.ServiceSilent(OVERLAY, "iperf3", 5201));
    }

    @Test
    @FanLab(hosts = 2, containers = 0, flags = "no-fast")
    void aPeerBehindNatIsTheWrongOwnerOfItsAddress(Lab lab) {
        becomesTheWrongOwner(lab);
    }

    /** Older flows go on; each new one meets the translation with its first packet. */
    @Test
    @FanLab(hosts = 2, containers = 0)
    void aPeerBehindNatIsTheWrongOwnerOfItsAddressOnTheFastPathToo(Lab lab) {
        assertThat(testPatiently(lab, UNDERLAY, SPEC.withoutData().withThroughput(Optional.empty()))
                        .ok())
                .isTrue();
        becomesTheWrongOwner(lab);
    }

    private static void becomesTheWrongOwner(Lab lab) {
        run(lab, 2, "ip address add 10.0.0.99/16 dev eth0");
        run(lab, 2, "nft add table ip t");
        run(lab, 2, "nft add chain ip t out { type nat hook postrouting priority 100 ; }");
        run(lab, 2, "nft add rule ip t out udp dport 8472 snat to 10.0.0.99");
        Explanation why = explained(test(lab, UNDERLAY, SPEC));
        assertThat(why).isInstanceOf(Explanation.WrongOwner.class);
        assertThat(why.sentence()).contains("250.0.2.1 must come from 10.0.0.2");
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void lossesAreCounted(Lab lab) {
        nft(lab, 2, "input", "icmp type echo-request icmp sequence 2 meta length < 1000 drop");
        PeerReport report = test(lab, UNDERLAY, SPEC.withoutData().withThroughput(Optional.empty()));
        assertThat(explained(report)).isEqualTo(new Explanation.Losses(6, 5));
    }

    private static Responder serve(Probes probes, Lab lab) {
        LabHost there = lab.hosts().get(1);
        ResponderSpec spec =
                ResponderSpec.at(there.address(), lab.spec().mapping().overlay());
        return Responder.start(probes, there.namespace(), spec, line -> {});
    }

    private static PeerReport test(Lab lab, Ipv4Address address, ReachSpec spec) {
        return test(lab, address, spec, Duration.ofMillis(600));
    }

    /** Where nothing is lost an answer may take its time, as of a program that is started to give it. */
    private static PeerReport testPatiently(Lab lab, Ipv4Address address, ReachSpec spec) {
        return test(lab, address, spec, Duration.ofSeconds(20));
    }

    private static PeerReport test(Lab lab, Ipv4Address address, ReachSpec spec, Duration timeout) {
        try (Reach reach = Reach.from(lab.hosts().get(0).namespace())) {
            return reach.test(address, spec.withTimeout(timeout));
        }
    }

    private static Explanation explained(PeerReport report) {
        assertThat(report.ok()).isFalse();
        assertThat(report.explanation()).isPresent();
        Explanation why = report.explanation().get();
        assertThat(why.sentence()).isNotBlank();
        assertThat(why.command()).isNotBlank();
        assertThat(why.code()).matches("[a-z-]+");
        return why;
    }

    /** The second host's fan with other options. */
    private static void again(Lab lab, FanOptions options) {
        LabHost there = lab.hosts().get(1);
        FanControl.embedded().down(there);
        new EmbeddedFan(options).up(there);
    }

    /** As the Ubuntu fan, which has no table against forged packets. */
    private static void answersAskers(Lab lab) {
        run(lab, 2, "nft delete table ip fanatic-tunnel");
    }

    private static void nft(Lab lab, int host, String hook, String rule) {
        run(lab, host, "nft add table ip t");
        run(lab, host, "nft add chain ip t " + hook + " { type filter hook " + hook + " priority -300 ; }");
        run(lab, host, "nft add rule ip t " + hook + " " + rule);
    }

    private static void run(Lab lab, int host, String command) {
        lab.exec(lab.hosts().get(host - 1), List.of(command.split(" "))).orThrow();
    }

    private static void runIn(Namespace namespace, String command) {
        try {
            Process process = start(namespace, command);
            assertThat(process.waitFor()).as(command).isZero();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Process start(Namespace namespace, String command) throws IOException {
        return new ProcessBuilder(namespace.command(List.of(command.split(" "))))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
