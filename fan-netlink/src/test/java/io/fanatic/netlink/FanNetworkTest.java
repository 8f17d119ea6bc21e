package io.fanatic.netlink;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Counter;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanException.Reason;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.HostLock;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.Health;
import io.fanatic.netlink.health.HealthHost;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.watch.Notice;
import io.fanatic.netlink.watch.Watch;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fans on the running kernel:
 *
 * <pre>
 *   host a                                 host b
 *   fan-250  250.0.1.1/8                   fan-250  250.0.2.1/8
 *     |                                      |
 *   ftun-250                               ftun-250
 *   u0  10.0.0.1/16, 10.0.0.3/16 --------- u0  10.0.0.2/16
 * </pre>
 */
class FanNetworkTest {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final UnderlaySpec FIRST = UnderlaySpec.parse("10.0.0.1/16");

    @RegisterExtension
    final FreshNamespace hosts = new FreshNamespace();

    @TempDir
    Path directory;

    private Namespace a = Namespace.here();
    private Namespace b = Namespace.here();

    @BeforeEach
    void twoHostsOnOneWire() {
        a = hosts.namespace();
        b = hosts.another();
        String other = b.network().getFileName().toString();
        hosts.sh("ip link add u0 type veth peer name u0 netns " + other);
        for (Namespace host : List.of(a, b)) {
            shIn(host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
            shIn(host, "ip link set lo up");
            shIn(host, "ip link set u0 up");
        }
        shIn(a, "ip addr add 10.0.0.1/16 dev u0");
        shIn(a, "ip addr add 10.0.0.3/16 dev u0");
        shIn(b, "ip addr add 10.0.0.2/16 dev u0");
    }

    private FanNetwork on(Namespace host) {
        Path name = host.network().getFileName();
        return FanNetwork.onThisHost()
                .in(host)
                .keepingStateIn(directory.resolve(name + ".run"), directory.resolve(name + ".state"))
                .waiting(Duration.ofMillis(100));
    }

    private static FanEntry fan(String underlay, String... flags) {
        return FanEntry.parse(Stream.concat(Stream.of("250.0.0.0/8", underlay), Stream.of(flags))
                .toList());
    }

    private static HostSnapshot snapshot(Namespace host) {
        return host.call(HostSnapshot::take);
    }

    private static void assertSame(HostSnapshot before, HostSnapshot after, String when) {
        assertThat(before.changesTo(after)).as(when).isEmpty();
    }

    @Test
    void twoHostsReachEachOtherAndCountIt() {
        on(a).up(fan("10.0.0.1/16"));
        on(b).up(fan("10.0.0.0/16"));

        shIn(a, "ping -c 3 -i 0.2 -W 2 250.0.2.1");
        shIn(b, "ping -c 1 -W 2 250.0.1.1");

        Fan fan = on(a).list().get(0);
        Map<Counter, Long> counters = on(a).counters(fan);
        assertThat(counters.get(Counter.SENT)).isGreaterThanOrEqualTo(4);
        assertThat(counters.get(Counter.RECEIVED)).isGreaterThanOrEqualTo(4);
        assertThat(counters.get(Counter.RECEIVE_SPOOFED)).isZero();
    }

    @Test
    void downLeavesTheHostExactlyAsItWas() {
        HostSnapshot before = snapshot(a);
        on(a).up(fan("10.0.0.1/16", "host-reserve", "3"));
        assertThat(snapshot(a).toString()).contains("fan-250", "ftun-250", "250.0.1.3/8");
        assertThat(snapshot(a).toString().contains("masquerade"))
                .isEqualTo(KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES));

        on(a).down(OVERLAY, FIRST);

        assertSame(before, snapshot(a), "");
        assertThat(directory.resolve(a.network().getFileName() + ".state"))
                .satisfiesAnyOf(
                        state -> assertThat(state).doesNotExist(),
                        state -> assertThat(state).isEmptyDirectory());
    }

    @Test
    void aHostThatIsGoneIsAFanExceptionToo() {
        FanNetwork gone = FanNetwork.onThisHost().in(new Namespace(Path.of("/run/netns/gone"), Optional.empty()));
        assertRefused(Reason.INVALID, gone::list, "/run/netns/gone", "No such file");
        assertRefused(Reason.INVALID, gone::downEverything, "/run/netns/gone", "No such file");
    }

    @Test
    void upTwiceChangesNothingTheSecondTime() {
        on(a).up(fan("10.0.0.1/16"));
        HostSnapshot once = snapshot(a);

        assertThat(on(a).up(fan("10.0.0.1/16")).lines()).isEmpty();
        assertSame(once, snapshot(a), "");
    }

    @Test
    void theFirstOfTwoUnderlayAddressesGoesAndTheOtherStays() {
        needs(KernelFeature.LOCAL_ADDRESS);
        HostSnapshot before = snapshot(a);
        on(b).up(fan("10.0.0.2/16"));
        on(a).up(fan("10.0.0.1/16", "host-reserve", "2"));
        on(a).up(fan("10.0.0.3/16"));

        on(a).down(OVERLAY, FIRST);

        assertThat(on(a).list().get(0).underlayAddresses()).containsExactly(Ipv4Address.parse("10.0.0.3"));
        assertThat(shIn(a, "cat /proc/sys/net/ipv4/conf/fan-250/promote_secondaries"))
                .isEqualTo("0\n");
        shIn(b, "ping -c 1 -W 2 250.0.3.1");
        shIn(a, "ping -c 1 -W 2 250.0.2.1");

        on(a).down(OVERLAY, UnderlaySpec.parse("10.0.0.3/16"));
        assertSame(before, snapshot(a), "");
    }

    @Test
    void aPlanTouchesNothing() {
        HostSnapshot before = snapshot(a);
        assertThat(on(a).plan(fan("10.0.0.1/16")).lines()).isNotEmpty();
        assertSame(before, snapshot(a), "");
    }

    @Test
    void aSecondUnderlayAddressIsReachedAndSpeaksForItself() {
        needs(KernelFeature.LOCAL_ADDRESS);
        on(b).up(fan("10.0.0.2/16"));
        on(a).up(fan("10.0.0.1/16"));
        on(a).up(fan("10.0.0.3/16"));
        assertThat(on(a).list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.slices()).hasSize(2));

        shIn(b, "ping -c 1 -W 2 250.0.3.1");
        // Sent from the second slice: b's guard takes it only from 10.0.0.3.
        shIn(a, "ping -c 1 -W 2 -I 250.0.3.1 250.0.2.1");

        on(a).down(OVERLAY, UnderlaySpec.parse("10.0.0.3/16"));
        shIn(b, "ping -c 1 -W 2 250.0.1.1");
        assertThat(on(a).list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.slices()).hasSize(1));
    }

    @Test
    void twoFansShareTheTunnelPort() {
        needs(KernelFeature.VNI_FILTER);
        FanEntry second = FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.0/24", "mtu", "1400"));
        for (Namespace host : List.of(a, b)) {
            String address = host.equals(a) ? "10.0.0.1" : "10.0.0.2";
            on(host).up(fan(address + "/16"));
            on(host).up(new FanEntry(second.overlay(), UnderlaySpec.parse(address + "/24"), second.options()));
        }
        shIn(a, "ping -c 1 -W 2 250.0.2.1");
        shIn(a, "ping -c 1 -W 2 251.2.0.1");

        shIn(a, "bridge vni delete dev ftun-250 vni 16384000");
        on(a).up(fan("10.0.0.1/16"));
        shIn(a, "ping -c 1 -W 2 250.0.2.1");

        HostSnapshot before = snapshot(b);
        on(a).down(OVERLAY, FIRST);
        shIn(a, "ping -c 1 -W 2 251.2.0.1");
        assertSame(before, snapshot(b), "");
    }

    @Test
    void aBridgeWithAContainerStaysUpAndTheContainerIsNamed() {
        on(a).up(fan("10.0.0.1/16"));
        shIn(a, "ip link add vc1 type veth peer name vc1p");
        shIn(a, "ip link set vc1 master fan-250");
        HostSnapshot before = snapshot(a);

        assertRefused(Reason.IN_USE, () -> on(a).down(OVERLAY, FIRST), "vc1");

        assertSame(before, snapshot(a), "");
    }

    @Test
    void strangersAreNamedAndLeftAlone() {
        refusedAfter("ip link add vx type vxlan id 7 dev u0 dstport 8472", Reason.CONFLICT, "8472", "vx");
        refusedAfter("ip link add fan-250 type bridge", Reason.CONFLICT, "fan-250", "bridge");
        refusedAfter("ip route add 250.7.0.0/16 dev u0", Reason.CONFLICT, "250.7.0.0/16 dev u0");
        refusedAfter(
                "ip route add blackhole 250.8.0.0/16 table 77", Reason.CONFLICT, "blackhole 250.8.0.0/16", "table 77");
    }

    private void refusedAfter(String command, Reason reason, String... words) {
        shIn(a, command);
        HostSnapshot before = snapshot(a);
        assertRefused(reason, () -> on(a).up(fan("10.0.0.1/16")), words);
        assertSame(before, snapshot(a), "");
        shIn(a, command.startsWith("nft") ? command.replace("add", "delete") : command.replace(" add ", " del "));
    }

    @Test
    void aPortHeldByAnotherProgramIsReportedAndEverythingUndone() throws Exception {
        HostSnapshot before = snapshot(a);
        DatagramChannel holder = a.call(DatagramChannel::open);
        try (holder) {
            holder.bind(new InetSocketAddress("0.0.0.0", 8472));
            assertRefused(Reason.CONFLICT, () -> on(a).up(fan("10.0.0.1/16")), "UDP port 8472", "--port");
            assertSame(before, snapshot(a), "");
            on(a).up(fan("10.0.0.1/16", "port", "8473"));
        }
    }

    @Test
    void whatSomebodyBrokeIsRepaired() {
        on(b).up(fan("10.0.0.2/16"));
        on(a).up(fan("10.0.0.1/16"));
        HostSnapshot healthy = snapshot(a);
        for (String damage : List.of(
                "ip link set ftun-250 nomaster",
                "ip link set fan-250 down",
                "ip link set ftun-250 down",
                "ip addr del 250.0.1.1/8 dev fan-250",
                "ip link set fan-250 mtu 1400",
                "ip link set ftun-250 mtu 1400",
                "ip link set fan-250 address 02:00:00:00:00:01",
                "nft flush ruleset",
                "sysctl -qw net.ipv4.conf.u0.forwarding=0",
                "sysctl -qw net.ipv4.conf.fan-250.forwarding=0")) {
            if (damage.startsWith("nft") && !KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES)) {
                continue;
            }
            shIn(a, damage);
            assertThat(healthy.changesTo(snapshot(a))).as(damage).isNotEmpty();
            assertThat(on(a).up(fan("10.0.0.1/16")).lines()).as(damage).isNotEmpty();
            assertSame(healthy, snapshot(a), damage);
            shIn(a, "ping -c 1 -W 2 250.0.2.1");
        }
    }

    @Test
    void underlayOnlyIsATableThatComesAndGoesWithTheFlagAndIsRepaired() {
        needs(KernelFeature.NFTABLES);
        HostSnapshot before = snapshot(a);
        on(b).up(fan("10.0.0.2/16", "underlay-only"));
        on(a).up(fan("10.0.0.1/16"));
        HostSnapshot open = snapshot(a);
        on(a).up(fan("10.0.0.1/16", "underlay-only"));
        HostSnapshot closed = snapshot(a);
        assertThat(closed.toString()).contains("table inet fanatic", "ip saddr 10.0.0.0/16 accept", "underlay-only");
        assertThat(on(a).up(fan("10.0.0.1/16", "underlay-only")).isEmpty()).isTrue();
        shIn(a, "ping -c 1 -W 2 250.0.2.1");

        for (String damage : List.of(
                "nft delete table inet fanatic",
                "nft flush ruleset",
                "nft insert rule inet fanatic input udp dport 8472 accept")) {
            shIn(a, damage);
            assertThat(on(a).up(fan("10.0.0.1/16", "underlay-only")).items())
                    .as(damage)
                    .extracting(Plan.Item::thing)
                    .contains("underlay-only");
            assertSame(closed, snapshot(a), damage);
        }

        on(a).up(fan("10.0.0.1/16"));
        assertSame(open, snapshot(a), "without the flag again");
        on(a).up(fan("10.0.0.1/16", "underlay-only"));
        on(a).down(OVERLAY, FIRST);
        assertSame(before, snapshot(a), "after down");
    }

    @Test
    void aPortIsClosedToAllButTheUnderlaysOfAllItsFansAsSoonAsOneOfThemWantsIt() {
        needs(KernelFeature.VNI_FILTER);
        needs(KernelFeature.NFTABLES);
        shIn(a, "ip addr add 192.168.7.1/24 dev u0");
        shIn(b, "ip addr add 192.168.7.2/24 dev u0");
        for (Namespace host : List.of(a, b)) {
            String last = host.equals(a) ? "1" : "2";
            on(host).up(FanEntry.parse(List.of("251.0.0.0/8", "192.168.7." + last + "/24")));
            on(host).up(fan("10.0.0." + last + "/16", "underlay-only"));
        }
        assertThat(shIn(a, "nft list table inet fanatic"))
                .contains(
                        "udp dport 8472 ip saddr 10.0.0.0/16 accept", "udp dport 8472 ip saddr 192.168.7.0/24 accept");
        shIn(a, "ping -c 1 -W 2 250.0.2.1");
        shIn(a, "ping -c 1 -W 2 251.2.0.1");

        on(a).down(Ipv4Prefix.parse("251.0.0.0/8"), UnderlaySpec.parse("192.168.7.1/24"));
        assertThat(shIn(a, "nft list table inet fanatic")).doesNotContain("192.168.7.0");
        shIn(a, "ping -c 1 -W 2 250.0.2.1");
        on(a).downEverything();
        assertThat(shIn(a, "nft list ruleset")).isEmpty();
    }

    @Test
    void underlayOnlyIsRefusedWhereItWouldCutOffSomebodyElse() {
        needs(KernelFeature.VNI_FILTER);
        needs(KernelFeature.NFTABLES);
        shIn(a, "ip link add vx type vxlan external vnifilter dstport 8472");
        shIn(a, "bridge vni add dev vx vni 7");
        HostSnapshot before = snapshot(a);
        assertRefused(Reason.CONFLICT, () -> on(a).up(fan("10.0.0.1/16", "underlay-only")), "cut off", "vx", "--port");
        assertSame(before, snapshot(a), "");
        shIn(a, "nft add table inet fanatic");
        before = snapshot(a);
        assertRefused(
                Reason.CONFLICT,
                () -> on(a).up(fan("10.0.0.1/16", "underlay-only", "port", "8473")),
                "\"inet fanatic\" was not made by fanatic");
        assertSame(before, snapshot(a), "");
        on(a).up(fan("10.0.0.1/16"));
        on(a).down(OVERLAY, FIRST);
        assertSame(before, snapshot(a), "");
    }

    @Test
    void aLostDeviceComesBack() {
        on(b).up(fan("10.0.0.2/16"));
        for (String device : List.of("ftun-250", "fan-250")) {
            on(a).up(fan("10.0.0.1/16"));
            shIn(a, "ip link del " + device);
            on(a).up(fan("10.0.0.1/16"));
            shIn(a, "ping -c 1 -W 2 250.0.2.1");
        }
    }

    @Test
    void aFanThatLostItsBridgeIsRefusedAnotherPortUntilItIsDown() {
        on(a).up(fan("10.0.0.1/16"));
        shIn(a, "ip link del fan-250");

        assertRefused(
                Reason.CONFLICT,
                () -> on(a).up(fan("10.0.0.1/16", "port", "9999")),
                "fanctl down -u 10.0.0.1/16 -o 250.0.0.0/8");
        on(a).down(OVERLAY, FIRST);
        on(a).up(fan("10.0.0.1/16", "port", "9999"));
        assertThat(on(a).list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.transport().udpPort()).hasValue(9999));
    }

    @Test
    void theDhcpServerGoesWithTheFanAlsoWhenItsBridgeWasDeleted() {
        HostSnapshot before = snapshot(a);
        on(a).up(fan("10.0.0.1/16", "dhcp"));
        shIn(a, "ip link del fan-250");
        on(a).down(OVERLAY, FIRST);
        assertSame(before, snapshot(a), "");
        assertThat(dnsmasqs()).isEmpty();
    }

    @Test
    void aFanThatLostItsDevicesComesBackWithItsDhcpServer() {
        HostSnapshot before = snapshot(a);
        on(a).up(fan("10.0.0.1/16", "dhcp"));
        Object lost = dnsmasqProcesses().toList();
        shIn(a, "ip link del ftun-250");
        shIn(a, "ip link del fan-250");
        on(a).up(fan("10.0.0.1/16", "dhcp"));
        assertThat(dnsmasqProcesses().toList()).hasSize(1).isNotEqualTo(lost);
        on(a).down(OVERLAY, FIRST);
        assertSame(before, snapshot(a), "after down");
    }

    @Test
    void dhcpIsStartedChangedAndStoppedWithTheFan() {
        HostSnapshot before = snapshot(a);
        on(a).up(fan("10.0.0.1/16", "dhcp"));
        assertThat(on(a).up(fan("10.0.0.1/16", "dhcp")).isEmpty()).isTrue();
        assertThat(dnsmasqs()).singleElement().asString().contains("fan-250");

        on(a).up(fan("10.0.0.1/16", "dhcp", "host-reserve", "9"));
        assertThat(on(a).list().get(0).leases(Ipv4Address.parse("10.0.0.1"))).isTrue();
        on(a).up(fan("10.0.0.1/16"));
        assertThat(dnsmasqs()).isEmpty();

        on(a).up(fan("10.0.0.1/16", "dhcp"));
        on(a).downEverything();
        assertThat(dnsmasqs()).isEmpty();
        assertSame(before, snapshot(a), "after down");
        assertThat(directory).isDirectoryNotContaining("glob:**.leases");
    }

    @Test
    void fansOfTwoNamespacesKeepTheirDhcpServersApartInOneDirectory() {
        Path run = directory.resolve("run");
        Path state = directory.resolve("state");
        FanNetwork one = FanNetwork.onThisHost().in(a).keepingStateIn(run, state);
        FanNetwork other = FanNetwork.onThisHost().in(b).keepingStateIn(run, state);
        one.up(fan("10.0.0.1/16", "dhcp"));
        other.up(fan("10.0.0.2/16", "dhcp", "host-reserve", "9"));

        assertThat(dnsmasqs()).hasSize(2);
        assertThat(one.plan(fan("10.0.0.1/16", "dhcp")).lines()).isEmpty();
        assertThat(other.plan(fan("10.0.0.2/16", "dhcp", "host-reserve", "9")).lines())
                .isEmpty();

        one.downEverything();
        assertThat(dnsmasqs()).hasSize(1);
        other.downEverything();
        assertThat(dnsmasqs()).isEmpty();
        assertThat(run.toFile().list()).containsExactly("lock");
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void aNamespaceThatIsNotThereIsInvalidAndOneThatIsNoneAsWell() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        for (Namespace none : List.of(Namespace.named("fant-nosuch"), new Namespace(file, Optional.empty()))) {
            FanNetwork network = FanNetwork.onThisHost().in(none);
            assertRefused(Reason.INVALID, network::list, none.network().toString());
            assertRefused(
                    Reason.INVALID,
                    () -> network.plan(fan("10.0.0.1/16")),
                    none.network().toString());
        }
    }

    @Test
    void aPlaceWhereThereCanBeNoLockIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        FanNetwork network = FanNetwork.onThisHost().in(a).keepingStateIn(file, directory.resolve("state"));
        assertRefused(Reason.UNDONE, () -> network.up(fan("10.0.0.1/16")), "cannot lock " + file.resolve("lock"));
        assertThat(network.plan(fan("10.0.0.1/16")).isEmpty()).isFalse();
        assertThat(network.list()).isEmpty();
    }

    @Test
    void aCheckOfSomebodyElseThatThrowsEndsNoExamination() {
        Check broken = new Check() {
            @Override
            public String name() {
                return "mine";
            }

            @Override
            public void run(HealthHost host, Findings findings) {
                throw new IllegalStateException();
            }
        };
        Diagnosis diagnosis = a.call(() -> Health.onThisHost().with(broken).examine());
        assertThat(diagnosis.notChecked()).contains("mine could not be looked at: java.lang.IllegalStateException");
        assertThat(diagnosis.looked()).isPositive();
    }

    @Test
    void aFanIsReadWholeWhileAnotherOneComesAndGoes() throws Exception {
        on(a).up(fan("10.0.0.1/16"));
        AtomicBoolean enough = new AtomicBoolean();
        // At an eighth of a CPU one plan takes ten seconds.
        FanNetwork patient = on(a).waiting(Duration.ofMinutes(5));
        FanNetwork ofAnotherProgram = FanNetwork.onThisHost()
                .in(a)
                .keepingStateIn(directory.resolve("another.run"), directory.resolve("another.state"));
        AtomicInteger changes = new AtomicInteger();
        FutureTask<Boolean> flapping = new FutureTask<>(() -> {
            FanEntry other = FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.1/16", "port", "9999"));
            while (!enough.get()) {
                patient.up(other);
                patient.down(other.overlay(), other.underlay());
                changes.incrementAndGet();
            }
            return true;
        });
        new Thread(flapping, "flaps").start();
        int looks = 0;
        try {
            for (; changes.get() < 40 && !flapping.isDone(); looks++) {
                if (looks % 20 == 0) {
                    assertThat(patient.plan(fan("10.0.0.1/16")).isEmpty()).isTrue();
                }
                // This one waits for no change to end: devices go while it reads.
                assertThat(ofAnotherProgram.plan(fan("10.0.0.1/16")).lines())
                        .noneMatch(line -> line.startsWith("create bridge"));
                on(a).counters(on(a).list().get(0));
            }
        } finally {
            enough.set(true);
        }
        assertThat(flapping.get()).isTrue();
        assertThat(looks).isPositive();
    }

    @Test
    void healthAndWatchFindTheDhcpServersOfAnEmbedder() throws Exception {
        Path run = directory.resolve("run");
        Path state = directory.resolve("state");
        FanNetwork network = FanNetwork.onThisHost().in(a).keepingStateIn(run, state);
        network.up(fan("10.0.0.1/16", "dhcp"));

        Diagnosis diagnosis =
                a.call(() -> Health.onThisHost().keepingStateIn(run, state).examine());
        assertThat(diagnosis.findings()).noneMatch(finding -> finding.code() == Code.DHCP);

        FanConfig config = FanConfig.parse("fan", "250.0.0.0/8 10.0.0.1/16 dhcp\n");
        List<Notice> notices = new CopyOnWriteArrayList<>();
        CountDownLatch rests = new CountDownLatch(1);
        a.call(() -> {
            try (Watch watch = Watch.open(run, state, () -> config, new Watch.Listener() {
                @Override
                public void notice(Notice notice) {
                    notices.add(notice);
                }

                @Override
                public void resting(String status) {
                    rests.countDown();
                }
            })) {
                FutureTask<Boolean> stopper = new FutureTask<>(() -> {
                    boolean rested = rests.await(30, TimeUnit.SECONDS);
                    watch.stop();
                    return rested;
                });
                new Thread(stopper, "stops-the-watch").start();
                watch.run();
                return stopper.get();
            }
        });
        assertThat(notices).extracting(Notice::kind).contains(Notice.Kind.WATCHING);
        // A kernel without perf events is told of, once; nothing else is.
        assertThat(notices)
                .filteredOn(notice -> notice.kind() != Notice.Kind.WATCHING)
                .allMatch(notice ->
                        notice.kind() == Notice.Kind.TROUBLE && notice.text().contains("perf_event_open"));
        assertThat(dnsmasqs()).hasSize(1);
        network.downEverything();
        assertThat(dnsmasqs()).isEmpty();
    }

    /** The kernel takes the second address with the first; without masquerading nothing else tells of the second slice. */
    @ParameterizedTest
    @ValueSource(strings = {"", " no-nat"})
    void theWatchRepairsBothSlicesOfAFanThatHasLostItsAddresses(String flags) throws Exception {
        needs(KernelFeature.LOCAL_ADDRESS);
        FanConfig config =
                FanConfig.parse("fan", "250.0.0.0/8 10.0.0.1/16" + flags + "\n250.0.0.0/8 10.0.0.3/16" + flags + "\n");
        for (FanConfig.Line line : config.lines()) {
            on(a).up(line.entry());
        }
        List<Notice> notices = new CopyOnWriteArrayList<>();
        CountDownLatch rests = new CountDownLatch(1);
        CountDownLatch decided = new CountDownLatch(1);
        Path name = a.network().getFileName();
        a.call(() -> {
            try (Watch watch = Watch.open(
                    directory.resolve(name + ".run"),
                    directory.resolve(name + ".state"),
                    () -> config,
                    new Watch.Listener() {
                        @Override
                        public void notice(Notice notice) {
                            notices.add(notice);
                            if (notice.kind() == Notice.Kind.DOWN
                                    || notice.text().contains("add address 250.0.3.1/8")) {
                                decided.countDown();
                            }
                        }

                        @Override
                        public void resting(String status) {
                            rests.countDown();
                        }
                    })) {
                FutureTask<Boolean> stopper = new FutureTask<>(() -> {
                    boolean rested = rests.await(30, TimeUnit.SECONDS);
                    shIn(a, "ip addr del 250.0.1.1/8 dev fan-250");
                    boolean over = decided.await(30, TimeUnit.SECONDS);
                    watch.stop();
                    return rested && over;
                });
                new Thread(stopper, "stops-the-watch").start();
                watch.run();
                return stopper.get();
            }
        });
        assertThat(notices).noneMatch(notice -> notice.kind() == Notice.Kind.DOWN);
        assertThat(on(a).list().get(0).slices()).as(notices.toString()).hasSize(2);
        for (FanConfig.Line line : config.lines()) {
            assertThat(on(a).up(line.entry()).lines()).isEmpty();
        }
    }

    /** The command lines of the dnsmasq processes that this test's fans run. */
    private List<String> dnsmasqs() {
        return dnsmasqProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .toList();
    }

    private Stream<ProcessHandle> dnsmasqProcesses() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("dnsmasq") && line.contains(directory.toString()))
                        .isPresent());
    }

    @Test
    void aSecondRunSaysWhoHoldsTheLock() throws Exception {
        Path run = directory.resolve(a.network().getFileName() + ".run");
        try (HostLock held = HostLock.take(run, Duration.ZERO)) {
            assertThat(held).isNotNull();
            assertRefused(
                    Reason.IN_USE,
                    () -> on(a).up(fan("10.0.0.1/16")),
                    run.resolve("lock").toString(),
                    "process " + ProcessHandle.current().pid());
            assertRefused(
                    Reason.IN_USE,
                    () -> on(a).plan(fan("10.0.0.1/16")),
                    "process " + ProcessHandle.current().pid());
            assertThat(on(a).list()).isEmpty();
        }
        on(a).up(fan("10.0.0.1/16"));
    }

    private static void assertRefused(Reason reason, ThrowingCallable work, String... words) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        FanException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
                .message()
                .contains(words);
    }

    private void bridgeOfDocker(String address) {
        shIn(a, "ip link add fan-250 type bridge");
        shIn(a, "ip link set fan-250 up");
        shIn(a, "ip addr add " + address + " dev fan-250");
    }

    @Test
    void aBridgeThatDockerMadeBeforeTheFanIsAdoptedWithTheContainersOnIt() {
        bridgeOfDocker("250.0.1.1/8");
        shIn(a, "ip link add c1 type veth peer name c1p");
        shIn(a, "ip link set c1 master fan-250");
        on(b).up(fan("10.0.0.2/16"));
        assertThat(on(a).up(fan("10.0.0.1/16")).lines()).anyMatch(line -> line.startsWith("adopt bridge fan-250"));
        shIn(a, "ping -c 1 -W 2 250.0.2.1");
        assertThat(shIn(a, "ip -6 address show dev fan-250")).isEmpty();
        assertThat(on(a).up(fan("10.0.0.1/16")).isEmpty()).isTrue();
        assertThat(shIn(a, "ip -o link show master fan-250")).contains("c1", "ftun-250");
    }

    @Test
    void onAnAdoptedBridgeTheHostIsARouterOfIpv6ThatBelievesNone() {
        shIn(a, "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
        bridgeOfDocker("250.0.1.1/8");
        shIn(a, "ip link set fan-250 mtu 1450");
        shIn(a, "ip addr add fe80::1/64 dev fan-250");
        on(a).up(fan("10.0.0.1/16", "overlay6", "fd00:fa::/48"));
        String switches = "/proc/sys/net/ipv6/conf/fan-250/";
        assertThat(shIn(a, "cat " + switches + "forwarding " + switches + "accept_ra " + switches + "accept_dad"))
                .isEqualTo("1\n0\n0\n");
        assertThat(on(a).up(fan("10.0.0.1/16", "overlay6", "fd00:fa::/48")).lines())
                .isEmpty();
    }

    /** Where a kernel switches it on by itself too: when the MTU comes to be large enough for it. */
    @Test
    void aFansBridgeHasNoIpv6() {
        shIn(a, "sysctl -qw net.ipv6.conf.default.disable_ipv6=0");
        on(a).up(fan("10.0.0.1/16", "mtu", "1200"));
        on(a).up(fan("10.0.0.1/16"));
        assertThat(shIn(a, "cat /proc/sys/net/ipv6/conf/fan-250/disable_ipv6").strip())
                .isEqualTo("1");
        shIn(a, "sysctl -qw net.ipv6.conf.fan-250.disable_ipv6=0");
        assertThat(on(a).up(fan("10.0.0.1/16")).lines()).containsExactly("change bridge fan-250: IPv6 on -> off");
        assertThat(shIn(a, "cat /proc/sys/net/ipv6/conf/fan-250/disable_ipv6").strip())
                .isEqualTo("1");
    }

    /** A container forgets its default route by a router that says it is none. */
    @Test
    void aHostThatIsNoRouterOnItsBridgeAnyMoreIsOneAgainAfterTheNextUp() {
        shIn(a, "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
        on(a).up(fan("10.0.0.1/16", "overlay6", "fd00:fa::/48"));
        shIn(a, "sysctl -qw net.ipv6.conf.all.forwarding=1");
        shIn(a, "sysctl -qw net.ipv6.conf.all.forwarding=0");
        String isRouter = "cat /proc/sys/net/ipv6/conf/fan-250/forwarding";
        assertThat(shIn(a, isRouter)).isEqualTo("0\n");
        assertThat(on(a).up(fan("10.0.0.1/16", "overlay6", "fd00:fa::/48")).lines())
                .containsExactly("change bridge fan-250: IPv6 forwarding off -> on");
        assertThat(shIn(a, isRouter)).isEqualTo("1\n");
    }

    /** strongSwan's plugin bypass-lan makes one for each connected network, the overlay among them. */
    @Test
    void aRouteThatLeavesPacketsToTheNextTableIsNoConflict() {
        on(a).up(fan("10.0.0.1/16"));
        shIn(a, "ip route add throw 250.0.0.0/8 table 220");
        assertThat(on(a).up(fan("10.0.0.1/16")).isEmpty()).isTrue();
        on(a).down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.1/16"));
        on(a).up(fan("10.0.0.1/16"));
        shIn(a, "ip route add blackhole 250.7.0.0/16 table 220");
        assertRefused(Reason.CONFLICT, () -> on(a).up(fan("10.0.0.1/16")), "overlaps the route");
    }

    @Test
    void aBridgeOfThatNameWithAnotherAddressIsRefusedAndStays() {
        bridgeOfDocker("250.0.9.1/8");
        HostSnapshot before = snapshot(a);
        assertRefused(Reason.CONFLICT, () -> on(a).up(fan("10.0.0.1/16")), "overlaps the route");
        assertSame(before, snapshot(a), "");
    }

    @Test
    void anAdoptionThatFailsLeavesTheBridgeAsItWas() throws Exception {
        bridgeOfDocker("250.0.1.1/8");
        HostSnapshot before = snapshot(a);
        DatagramChannel holder = a.call(DatagramChannel::open);
        try (holder) {
            holder.bind(new InetSocketAddress("0.0.0.0", 8472));
            assertRefused(Reason.CONFLICT, () -> on(a).up(fan("10.0.0.1/16")), "UDP port 8472", "--port");
            assertSame(before, snapshot(a), "");
        }
    }

    private static void needs(KernelFeature feature) {
        assumeTrue(KernelFeatures.ofThisKernel().has(feature), "this kernel has no " + feature.word());
    }
}
