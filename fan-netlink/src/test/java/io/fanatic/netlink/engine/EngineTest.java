package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanException.Reason;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Ipv6Switches;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkSpec;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The engine against a host in memory: eth0 with 10.0.0.45/24 and 10.0.0.46/24, in the address plan 10.0.0.0/16. */
class EngineTest {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final UnderlaySpec FIRST = UnderlaySpec.parse("10.0.0.45/16");
    private static final UnderlaySpec SECOND = UnderlaySpec.parse("10.0.0.46/16");

    private final MemoryKernel kernel = host();
    private final Engine engine = new Engine(kernel);

    private static MemoryKernel host() {
        return MemoryKernel.withEthernet("eth0", address("eth0", "10.0.0.45", 24), address("eth0", "10.0.0.46", 24));
    }

    private static AddressState address(String link, String address, int prefixLength) {
        return new AddressState(link, Ipv4Address.parse(address), prefixLength);
    }

    private static FanEntry entry(String... words) {
        return FanEntry.parse(List.of(words));
    }

    private static FanEntry first(String... flags) {
        return FanEntry.parse(Stream.concat(Stream.of("250.0.0.0/8", "10.0.0.45/16"), Stream.of(flags))
                .toList());
    }

    @Test
    void upCreatesThePartsInAnOrderThatNeverLeavesTheTunnelOpen() {
        Plan plan = engine.up(first());

        assertThat(plan.lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo(
                                        "create nftables table ip fanatic-forward: nothing passes from eth0 to eth0"),
                        line -> assertThat(line)
                                .isEqualTo("forward what comes in by eth0 (noted, to be set back by down)"),
                        line -> assertThat(line).contains("nftables", "250.0.45.0/24"),
                        line -> assertThat(line)
                                .isEqualTo("create nftables tables fanatic-tunnel, against forged packets: 250.0.0.0/8"
                                        + " other than by fan-250, UDP port 8472 from 10.0.0.45, IPv6 as 250.0.0.0/8,"
                                        + " Ethernet addresses like 02:fa:0a:00:00:00 other than by ftun-250"),
                        line -> assertThat(line)
                                .isEqualTo("let only root send to UDP port 8472 from this host"
                                        + " (eBPF programs at the root of cgroup v2)"),
                        line -> assertThat(line)
                                .isEqualTo("create tunnel ftun-250 (VXLAN, VNI 16384000, UDP port 8472)"),
                        line -> assertThat(line).contains("encap and guard", "ftun-250", "10.0.0.45"),
                        line -> assertThat(line)
                                .isEqualTo("create bridge fan-250 (MAC address 02:fa:0a:00:00:2d, MTU 1450)"),
                        line -> assertThat(line).isEqualTo("attach the eBPF program gate to fan-250"),
                        line -> assertThat(line).isEqualTo("make ftun-250 a port of fan-250"),
                        line -> assertThat(line).isEqualTo("add address 250.0.45.1/8 on fan-250"),
                        line -> assertThat(line).isEqualTo("forward what comes in by fan-250"),
                        line -> assertThat(line).isEqualTo("set ftun-250 up"),
                        line -> assertThat(line).isEqualTo("set fan-250 up"));
        assertThat(engine.list()).singleElement().satisfies(fan -> {
            assertThat(fan.mapping().toString()).isEqualTo("250.0.0.0/8 over 10.0.0.0/16");
            assertThat(fan.bridge()).isEqualTo("fan-250");
            assertThat(fan.mtu()).isEqualTo(1450);
            assertThat(fan.underlayAddresses()).containsExactly(Ipv4Address.parse("10.0.0.45"));
        });
    }

    @Test
    void upTwiceIsNothingTheSecondTime() {
        engine.up(first("dhcp", "host-reserve", "3"));
        HostState before = HostState.of(kernel);

        assertThat(engine.up(first("dhcp", "host-reserve", "3")).isEmpty()).isTrue();
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void whoHasAReservedAddressByALeaseIsNamed() {
        MacAddress db = MacAddress.parse("02:00:00:00:00:14");
        MacAddress other = MacAddress.parse("02:00:00:00:00:15");
        kernel.put(new DhcpReservation(db, Ipv4Address.parse("250.0.45.200")));
        kernel.put(new DhcpLease(0, db, Ipv4Address.parse("250.0.45.200"), "db"));
        kernel.putNameServer(Ipv4Address.parse("10.0.0.53"));
        assertThat(engine.planUp(first("dhcp")).notes()).isEmpty();

        kernel.put(new DhcpLease(1_800_000_000, other, Ipv4Address.parse("250.0.45.200"), ""));
        assertThat(engine.planUp(first("dhcp")).notes())
                .containsExactly(
                        "DHCP gives 250.0.45.200, which /etc/ethers has for 02:00:00:00:00:14, to that one only"
                                + " when the lease of 02:00:00:00:00:15 has ended, 2027-01-15T08:00:00Z");
        assertThat(engine.planUp(first()).notes()).isEmpty();
    }

    @Test
    void aFanWithoutItsBridgeThatIsAskedForOtherwiseSaysWhatToDo() {
        engine.up(first());
        kernel.deleteLink("fan-250");

        for (List<String> other : List.of(List.of("port", "9999"), List.of("bridge", "br9"))) {
            assertThatThrownBy(() -> engine.up(first(other.toArray(String[]::new))))
                    .isInstanceOfSatisfying(
                            FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
                    .hasMessageEndingWith("take it down first: fanctl down -u 10.0.0.45/16 -o 250.0.0.0/8");
        }
        engine.down(OVERLAY, FIRST);
        engine.up(first("port", "9999"));
        assertThat(engine.list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.transport().udpPort()).hasValue(9999));
    }

    // An embedder's own entry of a fan that is up once widened 1400 to 1450.
    @Test
    void theEntryOfAFanThatIsUpChangesNothing() {
        for (String[] flags : new String[][] {
            {},
            {"mtu", "1400"},
            {"vni", "7", "port", "9999", "underlay-only"},
            {"ipip", "mtu", "1300"},
            {"overlay6", "fd00:fa::/48"},
            {"bridge", "br9", "dhcp", "host-reserve", "3", "no-nat", "no-accept", "shares", "dhcp:all", "direct"},
            {"direct=accept", "names", "no-fast"}
        }) {
            engine.up(first(flags));
            Fan fan = engine.list().get(0);
            FanEntry entry = fan.entry(fan.slices().get(0));
            assertThat(engine.planUp(entry).lines()).as("%s", entry).isEmpty();
            assertThat(FanEntry.parse(entry.toString())).isEqualTo(entry);
            assertThat(engine.preview(entry)).isEqualTo(fan).hasSameHashCodeAs(fan);
            engine.downEverything();
        }
    }

    @Test
    void aDeviceThatGoesInTheMiddleOfAReadingMakesItBeReadAgain() {
        engine.up(first());
        Fan fan = engine.list().get(0);
        for (String call : List.of("programs ftun-250", "programs fan-250", "counters ftun-250")) {
            AtomicInteger gone = new AtomicInteger(3);
            Kernel flapping = StubbornKernel.thatThrows(
                    name -> new ErrnoException(name, Errno.ENODEV), kernel, () -> gone.getAndDecrement() > 0, call);
            assertThat(new Engine(flapping).planUp(first()).lines()).as(call).isEmpty();
            assertThat(new Engine(flapping).counters(fan)).as(call).isNotNull();
            assertThat(gone).as(call).hasNegativeValue();
        }
        Kernel lost =
                StubbornKernel.thatThrows(name -> new ErrnoException(name, Errno.ENODEV), kernel, "programs ftun-250");
        assertThatThrownBy(() -> new Engine(lost).planUp(first())).isInstanceOf(ErrnoException.class);
    }

    @Test
    void withoutAProgramForDhcpNothingIsBegun() {
        Kernel without = StubbornKernel.thatAnswers(kernel, "canServeDhcp", false);
        HostState before = HostState.of(kernel);

        assertThatThrownBy(() -> new Engine(without).up(first("dhcp")))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED))
                .hasMessageContaining("dnsmasq-base");
        assertThat(HostState.of(kernel)).isEqualTo(before);
        new Engine(without).up(first());

        engine.up(first("dhcp"));
        assertThat(new Engine(without).up(first("dhcp")).lines()).isEmpty();
        assertThat(new Engine(without).up(first()).lines()).isNotEmpty();
    }

    @Test
    void aPlanTouchesNothing() {
        HostState before = HostState.of(kernel);

        assertThat(engine.planUp(first()).lines()).hasSize(14);
        assertThat(engine.planDownEverything().isEmpty()).isTrue();
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void downLeavesTheHostAsItWasBeforeUp() {
        HostState before = HostState.of(kernel);
        engine.up(first("dhcp", "host-reserve", "3"));

        engine.down(OVERLAY, FIRST);

        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void downOfWhatIsNotUpIsNothing() {
        assertThat(engine.down(OVERLAY, FIRST).isEmpty()).isTrue();
        engine.up(first());
        assertThat(engine.down(OVERLAY, SECOND).isEmpty()).isTrue();
        assertThat(engine.down(OVERLAY, UnderlaySpec.parse("172.16.0.0/16")).isEmpty())
                .isTrue();
        assertThat(engine.list()).hasSize(1);
    }

    @Test
    void aSecondUnderlayAddressJoinsTheBridgeAndLeavesItAgain() {
        engine.up(first());
        HostState one = HostState.of(kernel);

        Plan plan = engine.up(entry("250.0.0.0/8", "10.0.0.46/16"));

        assertThat(plan.lines())
                .anyMatch(line -> line.equals("add address 250.0.46.1/8 on fan-250"))
                .anyMatch(line -> line.startsWith("replace the eBPF programs"))
                .noneMatch(line -> line.startsWith("create") || line.startsWith("delete"));
        assertThat(engine.list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.slices())
                        .extracting(slice -> slice.cidr().toString())
                        .containsExactly("250.0.45.0/24", "250.0.46.0/24"));

        engine.down(OVERLAY, SECOND);
        assertThat(HostState.of(kernel)).isEqualTo(one);
    }

    @Test
    void theSliceThatCameFirstMayGoFirst() {
        HostState before = HostState.of(kernel);
        engine.up(first());
        engine.up(entry("250.0.0.0/8", "10.0.0.46/16"));

        engine.down(OVERLAY, FIRST);
        assertThat(engine.up(entry("250.0.0.0/8", "10.0.0.46/16")).isEmpty()).isTrue();
        engine.down(OVERLAY, UnderlaySpec.parse("10.0.0.0/16"));

        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void twoFansShareTheNatTableAndForwarding() {
        HostState before = HostState.of(kernel);
        engine.up(first());
        HostState one = HostState.of(kernel);
        engine.up(entry("251.0.0.0/8", "10.0.0.45/16", "port", "8473"));

        assertThat(HostState.of(kernel).nat()).hasSize(2);
        engine.down(Ipv4Prefix.parse("251.0.0.0/8"), FIRST);
        assertThat(HostState.of(kernel)).isEqualTo(one);
        engine.downEverything();
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void aFanAloneOnItsPortNeedsNoVniFilterAndMakesRoomForASecondOneOnce() {
        HostState before = HostState.of(kernel);
        engine.up(first());
        assertThat(vxlan("ftun-250").vniFilter()).isFalse();

        Plan plan = engine.up(entry("251.0.0.0/8", "10.0.0.45/16"));

        assertThat(plan.lines())
                .startsWith(
                        "replace tunnel ftun-250 by one that shares UDP port 8472; its programs and their counters go on")
                .contains("create tunnel ftun-251 (VXLAN, VNI 16449536, UDP port 8472 shared)");
        assertThat(vxlan("ftun-250").admits(16384000)).isTrue();
        assertThat(engine.up(first()).lines()).isEmpty();
        assertThat(engine.up(entry("251.0.0.0/8", "10.0.0.45/16")).isEmpty()).isTrue();
        assertRefused(
                Reason.CONFLICT,
                () -> engine.up(entry("252.0.0.0/8", "10.0.0.45/16", "vni", "16384000")),
                "VNI 16384000",
                "ftun-250");

        engine.down(Ipv4Prefix.parse("251.0.0.0/8"), FIRST);
        assertThat(engine.up(first()).isEmpty())
                .as("a filter that is there stays")
                .isTrue();
        engine.downEverything();
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void aFailureOfAnyCallOfASecondFanIsUndone() {
        everyCallFails(k -> new Engine(k).up(first("dhcp")), e -> e.up(entry("251.0.0.0/8", "10.0.0.45/16")));
    }

    private LinkState.Vxlan vxlan(String link) {
        return HostState.of(kernel).link(link).flatMap(LinkState::vxlan).orElseThrow();
    }

    @Test
    void forwardingThatWasOnBeforeStaysOn() {
        kernel.putForwarding(true);
        assertThat(engine.up(first()).lines()).noneMatch(line -> line.contains("forward"));
        HostState up = HostState.of(kernel);
        assertThat(up.forwarding().on()).contains("eth0", "fan-250");
        assertThat(engine.up(first()).isEmpty()).isTrue();
        engine.downEverything();
        assertThat(HostState.of(kernel).forwarding().everywhere()).isTrue();
    }

    @Test
    void aDeviceThatForwardedBeforeStaysAsItWas() {
        kernel.putForwarding("eth0", true);
        engine.up(first());
        assertThat(HostState.of(kernel).closed()).isEmpty();
        engine.downEverything();
        assertThat(HostState.of(kernel).forwarding().on()).containsExactly("eth0");
    }

    @Test
    void aFailureOfAnyCallThatNarrowsWhatAnEarlierVersionSwitchedOnIsUndone() {
        everyCallFails(
                k -> {
                    new Engine(k).up(first());
                    k.restoreForwarding();
                    k.replaceForwardTable(List.of());
                    k.putForwardingByAnEarlierVersion();
                },
                e -> e.up(first()));
    }

    @Test
    void whenSomebodyElseSwitchesForwardingOnAllIsHis() {
        engine.up(first());
        kernel.putForwarding(true);
        assertThat(engine.up(first()).lines())
                .containsExactly(
                        "set forwarding back to what it was, unless somebody else needs it now",
                        "delete nftables table ip fanatic-forward");
        assertThat(engine.up(first()).isEmpty()).isTrue();
        engine.downEverything();
        assertThat(HostState.of(kernel).forwarding().on()).containsExactly("eth0");
    }

    @Test
    void changedOptionsAreAppliedInPlace() {
        engine.up(first());

        assertThat(engine.up(first("mtu", "1400")).lines()).containsExactly("change bridge fan-250: MTU 1450 -> 1400");
        assertThat(engine.up(first("mtu", "1400", "host-reserve", "2")).lines())
                .containsExactly("add address 250.0.45.2/8 on fan-250");
        assertThat(engine.up(first("mtu", "1400")).lines()).containsExactly("remove address 250.0.45.2/8 on fan-250");
    }

    @Test
    void whatSomebodyTookAwayIsRepaired() {
        engine.up(first("dhcp"));
        HostState healthy = HostState.of(kernel);
        List<Consumer<MemoryKernel>> damages = List.of(
                k -> k.remove("ftun-250"),
                k -> k.remove("fan-250"),
                k -> k.detachPrograms("ftun-250", "ftun-250"),
                k -> k.deleteAddress(address("fan-250", "250.0.45.1", 8)),
                k -> k.replaceNat(List.of()),
                k -> k.setUp("fan-250", false),
                k -> k.setMaster("ftun-250", Optional.empty()),
                k -> k.setMac("fan-250", new MacAddress(0x525400000001L)),
                k -> k.setSpanningTree("fan-250", true),
                k -> k.stopDhcp("fan-250"),
                k -> k.putForwarding("eth0", false),
                k -> k.putForwarding("fan-250", false),
                k -> k.replaceForwardTable(List.of()),
                k -> k.putForwarding(false));
        for (Consumer<MemoryKernel> damage : damages) {
            damage.accept(kernel);
            assertThat(engine.up(first("dhcp")).isEmpty()).isFalse();
            assertThat(HostState.of(kernel).links()).containsExactlyInAnyOrderElementsOf(healthy.links());
            assertThat(HostState.of(kernel).addresses()).containsExactlyInAnyOrderElementsOf(healthy.addresses());
            assertThat(HostState.of(kernel).programs()).isEqualTo(healthy.programs());
            assertThat(HostState.of(kernel).nat()).isEqualTo(healthy.nat());
            assertThat(HostState.of(kernel).dhcp()).isEqualTo(healthy.dhcp());
            assertThat(HostState.of(kernel).forwarding()).isEqualTo(healthy.forwarding());
            assertThat(HostState.of(kernel).closed()).isEqualTo(healthy.closed());
        }
    }

    @Test
    void downTakesAwayWhatIsLeftOfAFan() {
        HostState before = HostState.of(kernel);
        List<Consumer<MemoryKernel>> damages = List.of(
                k -> k.remove("ftun-250"),
                k -> k.remove("fan-250"),
                k -> k.deleteAddress(address("fan-250", "250.0.45.1", 8)),
                k -> k.replaceNat(List.of()),
                k -> k.stopDhcp("fan-250"));
        for (Consumer<MemoryKernel> damage : damages) {
            engine.up(first("dhcp"));
            damage.accept(kernel);
            engine.downEverything();
            assertThat(HostState.of(kernel)).isEqualTo(before);
        }
    }

    @Test
    void aFailureOfAnyCallOfUpIsUndone() {
        everyCallFails(k -> {}, e -> e.up(first("dhcp", "host-reserve", "2", "underlay-only")));
    }

    @Test
    void aFailureOfAnyCallOfASecondAddressIsUndone() {
        everyCallFails(
                k -> new Engine(k).up(first()), e -> e.up(entry("250.0.0.0/8", "10.0.0.46/16", "dhcp", "mtu", "1400")));
    }

    @Test
    void aFailureOfAnyCallOfDownIsUndone() {
        everyCallFails(
                k -> {
                    new Engine(k).up(first("dhcp", "underlay-only"));
                    new Engine(k).up(entry("251.0.0.0/8", "10.0.0.45/16"));
                },
                Engine::downEverything);
    }

    /** As Docker makes it for a network that names it, when it starts before the fan is up. */
    static void bridgeOfDocker(MemoryKernel kernel, String... addresses) {
        kernel.put(new LinkState(
                        "fan-250",
                        "bridge",
                        new MacAddress(0x02420a0b0c0dL),
                        1450,
                        true,
                        Optional.empty(),
                        "",
                        Optional.empty())
                .withIpv6(true));
        for (String address : addresses) {
            kernel.addAddress(new AddressState("fan-250", Ipv4Address.parse(address), 8));
        }
    }

    @Test
    void aBridgeThatDockerMadeForTheFanIsAdopted() {
        bridgeOfDocker(kernel, "250.0.45.1");

        assertThat(engine.up(first()).lines())
                .anyMatch(line -> line.startsWith("adopt bridge fan-250: MAC address 02:42:0a:0b:0c:0d -> "))
                .noneMatch(line -> line.contains("create bridge") || line.contains("add address"));
        assertThat(HostState.of(kernel).link("fan-250").orElseThrow().ipv6()).isFalse();
        assertThat(engine.list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.slices()).hasSize(1));
        assertThat(engine.up(first()).isEmpty()).isTrue();
        engine.down(OVERLAY, FIRST);
        assertThat(HostState.of(kernel).link("fan-250")).isEmpty();
    }

    @Test
    void ipv6ThatSomebodySwitchesOnOnTheBridgeIsSwitchedOffAgain() {
        engine.up(first());
        kernel.setIpv6("fan-250", Ipv6Switches.ROUTER);

        assertThat(engine.up(first()).lines()).containsExactly("change bridge fan-250: IPv6 on -> off");
        assertThat(engine.up(first()).isEmpty()).isTrue();
    }

    @Test
    void aFailureOfAnyCallOfAnAdoptionIsUndone() {
        everyCallFails(k -> bridgeOfDocker(k, "250.0.45.1"), e -> e.up(first("dhcp", "host-reserve", "2")));
    }

    @Test
    void aBridgeOfTheFansNameWithOtherAddressesIsAStrangers() {
        for (List<String> addresses : List.of(
                List.<String>of(),
                List.of("250.0.45.2"),
                List.of("250.0.46.1"),
                List.of("192.168.0.1"),
                List.of("250.0.45.1", "250.0.45.2"),
                List.of("250.0.45.1", "192.168.0.1"))) {
            MemoryKernel host = host();
            bridgeOfDocker(host, addresses.toArray(String[]::new));
            HostState before = HostState.of(host);
            assertThatThrownBy(() -> new Engine(host).up(first()))
                    .as(addresses.toString())
                    .isInstanceOfSatisfying(
                            FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT));
            assertThat(HostState.of(host)).isEqualTo(before);
        }
    }

    static void everyCallFails(Consumer<MemoryKernel> given, Consumer<Engine> work) {
        MemoryKernel dry = host();
        given.accept(dry);
        dry.failAt(0);
        work.accept(new Engine(dry));
        int calls = dry.calls();
        assertThat(calls).isGreaterThan(20);
        HostState afterwards = HostState.of(dry);

        for (int n = 1; n <= calls; n++) {
            MemoryKernel kernel = host();
            given.accept(kernel);
            HostState before = HostState.of(kernel);
            kernel.failAt(n);
            assertThatThrownBy(() -> work.accept(new Engine(kernel)))
                    .as("call %d", n)
                    .isInstanceOf(RuntimeException.class);
            kernel.failAt(0);
            // A device that was deleted and made again is listed last; the order of a dump means nothing.
            assertThat(HostState.of(kernel).differencesFrom(before))
                    .as("call %d", n)
                    .isEmpty();
            work.accept(new Engine(kernel));
            assertThat(HostState.of(kernel).differencesFrom(afterwards))
                    .as("call %d", n)
                    .isEmpty();
        }
    }

    @Test
    void whatCannotBeUndoneIsListed() {
        MemoryKernel stubborn = host();
        HostState before = HostState.of(stubborn);
        Kernel failing = StubbornKernel.thatRefuses(stubborn, "setUp fan-250", "deleteLink fan-250");

        assertThatThrownBy(() -> new Engine(failing).up(first())).isInstanceOfSatisfying(FanException.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.NOT_UNDONE);
            assertThat(e.leftBehind()).anyMatch(line -> line.contains("fan-250"));
        });
        assertThat(HostState.of(stubborn)).isNotEqualTo(before);
    }

    /** It is read in the message of what could not be undone, where routes and devices were Java's words for them. */
    @Test
    void whatDiffersIsSaidInWords() {
        HostState before = HostState.of(kernel);
        engine.up(first("dhcp"));
        kernel.put(half("203.0.113.0/24", RouteState.MAIN));

        assertThat(HostState.of(kernel).differencesFrom(before))
                .contains("+ route 203.0.113.0/24 dev eth0")
                .anyMatch(line ->
                        line.startsWith("+ link fan-250 (bridge, 02:fa:0a:00:00:2d, MTU 1450, up, alias \"fanatic "))
                .anyMatch(
                        line -> line.matches(
                                "\\+ programs encap_\\w+ guard_\\w+ on ftun-250|\\+ programs guard_\\w+ encap_\\w+ on ftun-250"))
                .contains("+ DHCP server on fan-250, MTU 1450, 250.0.45.64-250.0.45.127")
                .noneMatch(line -> line.contains("["));
    }

    @Test
    void anErrorOfTheJvmInTheMiddleIsUndoneToo() {
        MemoryKernel memory = host();
        HostState before = HostState.of(memory);
        Kernel failing = StubbornKernel.thatThrows(NoClassDefFoundError::new, memory, "setUp fan-250");

        assertThatThrownBy(() -> new Engine(failing).up(first()))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNDONE));
        assertThat(HostState.of(memory)).isEqualTo(before);
    }

    @Test
    void remainsOfADeadRunAreSweptByUpAndByDown() {
        kernel.createLink(Kernel.TEMPORARY_TUNNEL, new LinkSpec.Vxlan(new MacAddress(1), 1450, 8472, true));
        kernel.createLink(Kernel.TEMPORARY_BRIDGE, new LinkSpec.Bridge(new MacAddress(1), 1450, false, 2));
        engine.up(first());
        engine.downEverything();
        assertThat(kernel.links()).extracting(LinkState::name).containsExactly("lo", "eth0");
    }

    @Test
    void aFanWhoseUpWasKilledBeforeItsBridgeHadANameIsTakenDownAsAnyOther() {
        HostState before = HostState.of(kernel);
        engine.up(first());
        kernel.remove("ftun-250");
        kernel.remove("fan-250");
        kernel.createLink(Kernel.TEMPORARY_BRIDGE, new LinkSpec.Bridge(new MacAddress(1), 1450, false, 2));
        engine.down(OVERLAY, FIRST);
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void ofAFanWhoseUpWasKilledWhileAnotherOneIsUpNothingIsLeftInTablesThatFansShare() {
        engine.up(entry("251.0.0.0/8", "10.0.0.45/16"));
        HostState before = HostState.of(kernel);
        engine.up(first("port", "4790", "underlay-only"));
        kernel.remove("ftun-250");
        kernel.remove("fan-250");
        assertThat(HostState.of(kernel)).isNotEqualTo(before);
        engine.down(OVERLAY, FIRST);
        assertThat(HostState.of(kernel)).isEqualTo(before);
        assertThat(engine.down(OVERLAY, FIRST).isEmpty()).isTrue();
    }

    @Test
    void containersOnTheBridgeKeepItUpAndAreNamed() {
        engine.up(first());
        kernel.put(new LinkState(
                "veth7", "veth", new MacAddress(7), 1450, true, Optional.of("fan-250"), "", Optional.empty()));
        HostState before = HostState.of(kernel);

        assertRefused(Reason.IN_USE, () -> engine.down(OVERLAY, FIRST), "fan-250", "veth7");
        assertRefused(Reason.IN_USE, engine::downEverything, "fan-250", "veth7");
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void strangersInTheWayAreNamedAndLeftAlone() {
        assertRefusedWith(
                k -> k.put(new RouteState(
                        Ipv4Prefix.parse("250.1.0.0/16"),
                        RouteState.MAIN,
                        Optional.of("eth0"),
                        "250.1.0.0/16 dev eth0")),
                Reason.CONFLICT,
                "250.1.0.0/16 dev eth0");
        // Half of what a VPN would add, or the halves in two tables, is a route like any other.
        assertRefusedWith(k -> k.put(half("128.0.0.0/1", RouteState.MAIN)), Reason.CONFLICT, "128.0.0.0/1 dev eth0");
        assertRefusedWith(
                k -> {
                    k.put(half("0.0.0.0/1", 1000));
                    k.put(half("128.0.0.0/1", RouteState.MAIN));
                },
                Reason.CONFLICT,
                "128.0.0.0/1 dev eth0");
        assertRefusedWith(
                k -> k.put(new LinkState(
                        "fan-250", "bridge", new MacAddress(3), 1500, true, Optional.empty(), "", Optional.empty())),
                Reason.CONFLICT,
                "fan-250",
                "--bridge");
        assertRefusedWith(
                k -> k.put(vxlan("flannel.1", new LinkState.Vxlan(8472, false, false, List.of(), 1))),
                Reason.CONFLICT,
                "8472",
                "flannel.1",
                "--port");
        assertRefusedWith(
                k -> k.put(vxlan(
                        "other",
                        new LinkState.Vxlan(8472, true, true, List.of(new LinkState.Vnis(16384000, 16384000)), 0))),
                Reason.CONFLICT,
                "VNI 16384000",
                "other",
                "--vni");
        assertRefusedWith(k -> k.putNameServer(Ipv4Address.parse("250.3.3.3")), Reason.CONFLICT, "250.3.3.3");
    }

    @Test
    void neighboursThatOnlyLookAlikeAreNoConflictAndStay() {
        kernel.put(vxlan(
                "ftun-25", new LinkState.Vxlan(8472, true, true, List.of(new LinkState.Vnis(1638400, 1638400)), 0)));
        kernel.put(new LinkState(
                "fan-25", "bridge", new MacAddress(3), 1500, true, Optional.empty(), "fan", Optional.empty()));
        kernel.put(new RouteState(
                Ipv4Prefix.parse("251.0.0.0/8"), RouteState.MAIN, Optional.of("eth0"), "251.0.0.0/8 dev eth0"));
        kernel.put(half("0.0.0.0/1", RouteState.MAIN));
        kernel.put(half("128.0.0.0/1", RouteState.MAIN));
        HostState before = HostState.of(kernel);

        engine.up(first());
        engine.downEverything();

        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    private static RouteState half(String destination, int table) {
        return new RouteState(Ipv4Prefix.parse(destination), table, Optional.of("eth0"), destination + " dev eth0");
    }

    @Test
    void whatAFanCannotChangeWhileUpIsRefused() {
        engine.up(first());
        assertRefused(Reason.CONFLICT, () -> engine.up(first("vni", "7")), "VNI 16384000", "fanctl down");
        assertRefused(Reason.CONFLICT, () -> engine.up(first("port", "4789")), "port 8472");
        assertRefused(Reason.CONFLICT, () -> engine.up(first("bridge", "br-other")), "bridge fan-250");
        assertRefused(
                Reason.CONFLICT, () -> engine.up(entry("250.0.0.0/8", "10.0.0.45/24")), "250.0.0.0/8 over 10.0.0.0/16");
    }

    @Test
    void anAddressOnTheBridgeThatNoHostOwnsIsNoSlice() {
        engine.up(first());
        kernel.addAddress(address("fan-250", "250.0.0.1", 8));
        kernel.addAddress(address("fan-250", "250.255.255.1", 8));

        assertThat(engine.list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.slices()).hasSize(1));
    }

    @Test
    void underlaysThatThisHostDoesNotHaveAreExplained() {
        assertRefused(
                Reason.INVALID,
                () -> engine.up(entry("250.0.0.0/8", "10.0.0.99/16")),
                "10.0.0.99/16",
                "10.0.0.45/24 on eth0");
        assertRefused(Reason.INVALID, () -> engine.up(entry("250.0.0.0/8", "eth9/16")), "eth9", "lo, eth0");
        assertRefused(
                Reason.INVALID,
                () -> engine.up(entry("250.0.0.0/8", "10.0.0.0/16")),
                "several",
                "10.0.0.45/24 on eth0",
                "10.0.0.46/24 on eth0");
        assertRefused(Reason.INVALID, () -> engine.up(entry("250.0.0.0/8", "default/16")), "no default route");
        assertRefused(Reason.INVALID, () -> engine.up(first("mtu", "1451")), "1451", "1450");
    }

    private void assertRefusedWith(Consumer<MemoryKernel> stranger, Reason reason, String... words) {
        MemoryKernel kernel = host();
        stranger.accept(kernel);
        HostState before = HostState.of(kernel);
        assertRefused(reason, () -> new Engine(kernel).up(first()), words);
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    private static void assertRefused(Reason reason, ThrowingCallable work, String... words) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .message()
                .contains(words);
    }

    private static LinkState vxlan(String name, LinkState.Vxlan vxlan) {
        return new LinkState(name, "vxlan", new MacAddress(9), 1450, true, Optional.empty(), "", Optional.of(vxlan));
    }
}
