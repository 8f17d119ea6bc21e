package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.kernel.ProgramState;
import io.fanatic.netlink.kernel.RouteState;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a fan comes to the fast path and leaves it, on a host in memory. */
class EngineFastPathTest {
    private static final FanEntry SLOW = entry("250.0.0.0/8 10.0.0.45/16 no-fast");
    private static final FanEntry FAST = entry("250.0.0.0/8 10.0.0.45/16");
    private static final String IPSEC = "IPsec policies exist";

    private final MemoryKernel kernel =
            MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 16));
    private final Engine engine = new Engine(kernel);

    private static FanEntry entry(String line) {
        return FanEntry.parse(List.of(line.split(" ", -1)));
    }

    private FanPath path() {
        return engine.path(engine.list().get(0));
    }

    private void assertIsFast() {
        assertThat(engine.isOnFastPath(engine.list().get(0))).isTrue();
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
        assertThat(engine.up(FAST).isEmpty()).isTrue();
    }

    @Test
    void theGuardOnTheUnderlaysDeviceComesLastAndGoesFirst() {
        List<String> up = engine.up(FAST).lines();
        assertThat(up.get(up.size() - 1)).isEqualTo("attach the eBPF program guard of the fast path to eth0");
        assertIsFast();
        assertThat(engine.planDown(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.45/16"))
                        .lines()
                        .get(0))
                .isEqualTo("detach the eBPF program guard of the fast path from eth0");
    }

    /** What it lets in, the other guard of the slow path would drop. */
    @Test
    void aFanThatIsUpChangesOverWithItsGuardOnTheUnderlaysDeviceAttachedLastAndDetachedFirst() {
        engine.up(SLOW);
        assertThat(engine.up(FAST).lines())
                .containsExactly(
                        "replace the eBPF programs on ftun-250 (10.0.0.45)",
                        "change bridge fan-250: mark fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id"
                                + " 10.0.0.45 no-fast -> fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id"
                                + " 10.0.0.45",
                        "attach the eBPF program guard of the fast path to eth0");
        assertIsFast();
        List<String> back = engine.up(SLOW).lines();
        assertThat(back).hasSize(3).first().isEqualTo("detach the eBPF program guard of the fast path from eth0");
        assertThat(path()).isEqualTo(new FanPath(Optional.empty(), Optional.empty()));
        assertThat(engine.up(SLOW).isEmpty()).isTrue();
    }

    @Test
    void whatComesUpWhileTheFanIsUpIsSeenByTheNextUpWhichSaysWhy() {
        engine.up(FAST);
        kernel.putPassedBy(IPSEC, "something else");
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.of(IPSEC)));
        Plan plan = engine.up(FAST);
        assertThat(plan.lines())
                .containsExactly(
                        "detach the eBPF program guard of the fast path from eth0",
                        "replace the eBPF programs on ftun-250 (10.0.0.45)");
        assertThat(path()).isEqualTo(new FanPath(Optional.empty(), Optional.of(IPSEC)));
        assertThat(engine.up(FAST).isEmpty()).isTrue();
        kernel.putPassedBy();
        engine.up(FAST);
        assertIsFast();
    }

    /** Else a firewall that drops what is forwarded would stop what comes by the fast path, and that alone. */
    @Test
    void whereBridgedIpv6PassesTheFirewallTheGuardOnTheUnderlaysDeviceIsAnother() {
        FanEntry dual = entry("250.0.0.0/8 10.0.0.45/16 overlay6 fd00:fa::/48");
        engine.up(dual);
        kernel.putFiltersBridgedFrames(true);
        assertThat(engine.up(dual).lines()).isNotEmpty().allMatch(line -> line.contains("guard of the fast path"));
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
        assertThat(engine.up(dual).isEmpty()).isTrue();
        kernel.putFiltersBridgedFrames(false);
        assertThat(engine.up(dual).isEmpty()).isFalse();
        assertThat(engine.up(dual).isEmpty()).isTrue();
    }

    @Test
    void onAHostThatDoesNotAllowItAFanIsLikeAnyOther() {
        kernel.putPassedBy(IPSEC);
        assertThat(engine.up(FAST).notes()).isEmpty();
        assertThat(path()).isEqualTo(new FanPath(Optional.empty(), Optional.of(IPSEC)));
        assertThat(kernel.programs("ftun-250")).extracting(ProgramState::device).containsExactly("ftun-250");
    }

    private void assertWithout(String words) {
        assertThat(engine.isOnFastPath(engine.list().get(0))).isFalse();
        assertThat(path().fastBy()).isEmpty();
        assertThat(path().obstacle().orElse("")).contains(words);
    }

    private void assertRefused(String words, Consumer<MemoryKernel> change) {
        engine.up(FAST);
        assertIsFast();
        change.accept(kernel);
        engine.up(FAST);
        assertWithout(words);
    }

    private void device(String kind, long mac, Optional<String> master) {
        kernel.put(new LinkState("eth0", kind, new MacAddress(mac), 1500, true, master, "", Optional.empty()));
    }

    @Test
    void aDeviceWithoutAnEthernetHeaderDoesWithout() {
        assertRefused("eth0 is a device of kind wireguard", any -> device("wireguard", 0, Optional.empty()));
    }

    @Test
    void aDeviceWithoutAnAddressDoesWithout() {
        assertRefused("eth0 has no Ethernet address", any -> device("", 0, Optional.empty()));
    }

    @Test
    void aPortOfAnotherDeviceDoesWithout() {
        assertRefused("eth0 is a port of bond0", any -> device("", 1, Optional.of("bond0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "vlan", "macvlan"})
    void whereBridgedFramesPassIptablesADeviceOverABridgeDoesWithout(String kind) {
        device(kind, 0x025400123456L, Optional.empty());
        engine.up(FAST);
        assertIsFast();
        kernel.putFiltersBridgedFrames(true);
        engine.up(FAST);
        assertWithout("and eth0 is a " + kind);
    }

    @Test
    void aBridgeWithAPortThatIsNoContainersDoesWithout() {
        assertRefused(
                "eth7 is a port of fan-250 that is no container's",
                host -> host.put(new LinkState(
                        "eth7", "", new MacAddress(7), 1500, true, Optional.of("fan-250"), "", Optional.empty())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"veth", "tun"})
    void containersAndVirtualMachinesOnTheBridgeAreNoObstacle(String kind) {
        engine.up(FAST);
        kernel.put(
                new LinkState("c0", kind, new MacAddress(7), 1450, true, Optional.of("fan-250"), "", Optional.empty()));
        assertIsFast();
    }

    private static RouteState route(String destination, String link, int mtu) {
        return new RouteState(
                Ipv4Prefix.parse(destination),
                RouteState.MAIN,
                Optional.of(link).filter(name -> !name.isEmpty()),
                Optional.empty(),
                mtu,
                destination + " in words");
    }

    @Test
    void aRouteByAnotherDeviceOrWithAnMtuOrToNoDeviceDoesWithout() {
        for (RouteState route : List.of(
                route("10.0.7.0/24", "eth1", 0),
                route("10.0.7.0/24", "eth0", 1400),
                route("10.0.7.0/24", "", 0),
                route("10.0.0.0/16", "eth1", 0))) {
            MemoryKernel host =
                    MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 16));
            host.put(route);
            Engine there = new Engine(host);
            there.up(FAST);
            assertThat(there.path(there.list().get(0)).obstacle().orElse("")).contains("is not one by eth0 alone");
        }
    }

    @Test
    void aRouteThatTheUnderlayDoesNotMeetIsNoObstacle() {
        kernel.put(route("0.0.0.0/0", "eth1", 1400)); // the underlay's own is longer
        kernel.put(route("10.1.0.0/16", "eth1", 0));
        kernel.put(route("10.0.7.0/24", "eth0", 0));
        engine.up(FAST);
        assertIsFast();
    }

    /** They are in the program that writes the outer headers. */
    @Test
    void otherSourcePortsOfTheHostAreTakenOverByTheNextUp() {
        engine.up(FAST);
        kernel.putSourcePorts(1024, 65535);
        assertThat(engine.up(FAST).isEmpty()).isFalse();
        assertIsFast();
        kernel.putSourcePorts(32768, 60999);
        assertThat(engine.up(FAST).isEmpty()).isFalse();
        assertIsFast();
        engine.down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.45/16"));
    }

    @Test
    void addressesOnTwoDevicesDoWithout() {
        kernel.put(new LinkState("eth1", "", new MacAddress(9), 1500, true, Optional.empty(), "", Optional.empty()));
        kernel.addAddress(new AddressState("eth1", Ipv4Address.parse("10.0.0.46"), 16));
        engine.up(FAST);
        engine.up(entry("250.0.0.0/8 10.0.0.46/16"));
        assertWithout("not all on one device");
    }

    @Test
    void aSecondFanOnThePortMakesTheTunnelOfTheFirstAnewWithItsGuardOnTheUnderlaysDevice() {
        engine.up(FAST);
        Plan plan = engine.up(entry("251.0.0.0/8 10.0.0.45/16"));
        assertThat(plan.notes()).noneMatch(note -> note.contains("made again"));
        assertThat(plan.lines())
                .startsWith(
                        "detach the eBPF program guard of the fast path from eth0",
                        "replace tunnel ftun-250 by one that shares UDP port 8472; its programs and their counters go on",
                        "attach the eBPF program guard of the fast path to eth0");
        for (Fan fan : engine.list()) {
            assertThat(engine.path(fan)).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
        }
        assertThat(kernel.strayPrograms()).isEmpty();
    }

    @Test
    void aProgramWhoseTunnelSomebodyDeletedGoesWithTheNextUpOrDown() {
        engine.up(FAST);
        kernel.deleteLink("ftun-250");
        assertThat(kernel.strayPrograms()).hasSize(1);
        engine.up(FAST);
        assertThat(kernel.strayPrograms()).isEmpty();
        assertIsFast();
        kernel.deleteLink("ftun-250");
        kernel.deleteLink("fan-250");
        engine.down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.45/16"));
        assertThat(kernel.strayPrograms()).isEmpty();
    }

    @Test
    void aStepThatFailsOnTheWayThereOrBackIsUndone() {
        EngineTest.everyCallFails(host -> new Engine(host).up(SLOW), each -> each.up(FAST));
        EngineTest.everyCallFails(host -> new Engine(host).up(FAST), each -> each.up(SLOW));
    }

    /** The word was an option, and the default now; devices of fans that are up have it in their aliases. */
    @Test
    void theWordOfEarlierVersionsIsTheDefault() {
        assertThat(entry("250.0.0.0/8 10.0.0.45/16 fast")).isEqualTo(FAST);
        assertThat(Label.parse("fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.45 fast"))
                .isEqualTo(Label.parse("fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.45"));
        assertThatThrownBy(() -> entry("250.0.0.0/8 10.0.0.45/16 fast no-fast"))
                .hasMessageContaining("fast and no-fast exclude each other");
    }

    @Test
    void fansOfIpipAndEncryptedOnesHaveNone() {
        for (String flags : List.of("ipip", "encrypt psk:/k")) {
            engine.up(entry("250.0.0.0/8 10.0.0.45/16 " + flags));
            Fan fan = engine.list().get(0);
            assertThat(fan.fast()).isFalse();
            assertThat(fan.entryOfAnyMtu(fan.slices().get(0)).options()).hasToString(flags);
            assertThat(path()).isEqualTo(new FanPath(Optional.empty(), Optional.empty()));
            engine.down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.45/16"));
        }
    }
}
