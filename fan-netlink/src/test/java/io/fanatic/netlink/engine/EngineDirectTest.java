package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.BridgedRules;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.kernel.RouteState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a fan comes to packets without encapsulation and leaves them, on a host in memory. */
class EngineDirectTest {
    private static final FanEntry OFF = entry("250.0.0.0/8 10.0.0.45/16 no-fast");
    private static final FanEntry ACCEPT = entry("250.0.0.0/8 10.0.0.45/16 no-fast direct=accept");
    private static final FanEntry SEND = entry("250.0.0.0/8 10.0.0.45/16 no-fast direct");
    private static final String IPSEC = "IPsec policies exist";

    private final MemoryKernel kernel =
            MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 16));
    private final Engine engine = new Engine(kernel);

    private static FanEntry entry(String line) {
        return FanEntry.parse(List.of(line.split(" ", -1)));
    }

    private DirectState state() {
        return engine.direct(engine.list().get(0));
    }

    private static DirectState without(Direct now) {
        return new DirectState(now, now == Direct.OFF ? Optional.empty() : Optional.of("eth0"), Optional.empty());
    }

    @Test
    void aFanGoesFromEachFormToEachOtherAndThenNothingIsLeftToDo() {
        List<FanEntry> forms = List.of(OFF, ACCEPT, SEND);
        for (FanEntry from : forms) {
            for (FanEntry to : forms) {
                engine.up(from);
                engine.up(to);
                assertThat(state()).isEqualTo(without(to.options().direct()));
                assertThat(engine.up(to).isEmpty()).as("%s to %s", from, to).isTrue();
            }
        }
        engine.down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.45/16"));
        assertThat(kernel.strayPrograms()).isEmpty();
    }

    @Test
    void thePlanNamesTheGuardOnTheUnderlaysDevice() {
        engine.up(OFF);
        List<String> there = engine.up(SEND).lines();
        assertThat(there)
                .hasSize(5)
                .contains("replace nftables tables fanatic-tunnel, against forged packets: 250.0.0.0/8 by eth0 to its"
                        + " guard, 250.0.0.0/8 other than by fan-250, UDP port 8472 from 10.0.0.45, IPv6 as"
                        + " 250.0.0.0/8, Ethernet addresses like 02:fa:0a:00:00:00 other than by ftun-250")
                .contains("let bridge fan-250 remember Ethernet addresses")
                .last()
                .isEqualTo("attach the eBPF program guard of direct packets to eth0");
        assertThat(engine.planUp(OFF).lines())
                .hasSize(5)
                .first()
                .isEqualTo("detach the eBPF program guard of direct packets from eth0");
        assertThat(engine.planUp(OFF).items().get(0).thing()).isEqualTo("direct");
    }

    @Test
    void theUnderlaysOwnMtuIsForFansThatNeedNoTunnelForTheirContainers() {
        engine.up(SEND);
        assertThat(engine.list().get(0).mtu()).isEqualTo(1500);
        engine.up(entry("250.0.0.0/8 10.0.0.45/16 direct mtu 1400"));
        assertThat(engine.list().get(0).mtu()).isEqualTo(1400);
        kernel.putForDirect(Optional.empty(), Optional.of(IPSEC), BridgedRules.NONE);
        engine.up(SEND);
        assertThat(state().now()).as("the tunnel answers what does not fit").isEqualTo(Direct.ACCEPT);
        assertThat(engine.list().get(0).mtu()).isEqualTo(1500);
        for (String line : List.of(
                "250.0.0.0/8 10.0.0.45/16 direct=accept",
                "250.0.0.0/8 10.0.0.45/16 direct overlay6 fd00:fa::/48",
                "240.0.0.0/4 10.0.0.45/12 direct")) {
            assertThat(engine.preview(entry(line)).mtu()).as(line).isEqualTo(1450);
        }
        assertThatThrownBy(() -> engine.planUp(entry("250.0.0.0/8 10.0.0.45/16 direct mtu 1501")))
                .isInstanceOf(FanException.class)
                .hasMessage("MTU 1501 is more than the underlay carries: 1500 bytes");
        for (String line : List.of(
                "250.0.0.0/8 10.0.0.45/16 direct=accept mtu 1500",
                "250.0.0.0/8 10.0.0.45/16 direct overlay6 fd00:fa::/48 mtu 1500",
                "240.0.0.0/4 10.0.0.45/12 direct mtu 1500")) {
            assertThatThrownBy(() -> engine.planUp(entry(line)))
                    .as(line)
                    .isInstanceOf(FanException.class)
                    .hasMessageContaining(
                            "is more than the underlay carries: 1500 bytes less 50 for the tunnel leave 1450");
        }
    }

    @Test
    void itCombinesWithTheFastPath() {
        FanEntry both = entry("250.0.0.0/8 10.0.0.45/16 direct");
        for (FanEntry from : List.of(OFF, SEND, entry("250.0.0.0/8 10.0.0.45/16"))) {
            engine.up(from);
            engine.up(both);
            assertThat(state()).isEqualTo(without(Direct.SEND));
            assertThat(engine.path(engine.list().get(0)).fastBy()).contains("eth0");
            assertThat(engine.up(both).isEmpty()).isTrue();
        }
        engine.up(SEND);
        assertThat(engine.path(engine.list().get(0)).fastBy()).isEmpty();
        assertThat(state()).isEqualTo(without(Direct.SEND));
    }

    @Test
    void ipsecPoliciesKeepAFanFromSendingAndNotFromReceiving() {
        engine.up(SEND);
        kernel.putForDirect(Optional.empty(), Optional.of(IPSEC), BridgedRules.NONE);
        assertThat(state()).isEqualTo(new DirectState(Direct.SEND, Optional.of("eth0"), Optional.of(IPSEC)));
        Plan plan = engine.up(SEND);
        assertThat(plan.notes()).contains("the fan receives packets without encapsulation and sends none: " + IPSEC);
        assertThat(plan.lines()).containsExactly("replace the eBPF programs on ftun-250 (10.0.0.45)");
        assertThat(state()).isEqualTo(new DirectState(Direct.ACCEPT, Optional.of("eth0"), Optional.of(IPSEC)));
        kernel.putForDirect(Optional.empty(), Optional.empty(), BridgedRules.NONE);
        engine.up(SEND);
        assertThat(state()).isEqualTo(without(Direct.SEND));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.7.0/24 eth0", "10.0.7.0/24 eth1", "10.0.0.0/16 eth1"})
    void aRouteToAPartOfTheSegmentKeepsAFanFromSending(String route) {
        String[] words = route.split(" ", -1);
        kernel.put(new RouteState(Ipv4Prefix.parse(words[0]), RouteState.MAIN, Optional.of(words[1]), route));
        assertThat(engine.up(SEND).notes()).anyMatch(note -> note.contains("the route \"" + route + "\" leads to"));
        assertThat(state().now()).isEqualTo(Direct.ACCEPT);
    }

    @Test
    void aRouteToWhatIsBehindARouterIsNoObstacle() {
        kernel.put(
                new RouteState(Ipv4Prefix.parse("10.0.0.0/8"), RouteState.MAIN, Optional.of("eth0"), "via 10.0.0.1"));
        engine.up(SEND);
        assertThat(state()).isEqualTo(without(Direct.SEND));
    }

    @Test
    void aRuleForBridgedFramesIsTold() {
        kernel.putForDirect(
                Optional.empty(),
                Optional.empty(),
                new BridgedRules(Optional.of("bridge filter f: drop"), Optional.empty(), Optional.empty()));
        String note =
                "packets that come without encapsulation do not meet this rule for bridged frames: bridge filter f:"
                        + " drop";
        assertThat(engine.up(ACCEPT).notes()).contains(note);
        assertThat(engine.up(OFF).notes()).doesNotContain(note);
    }

    private void assertRefused(String why) {
        for (FanEntry entry : List.of(ACCEPT, SEND)) {
            assertThatThrownBy(() -> engine.up(entry))
                    .hasMessage("packets cannot travel without encapsulation on this host: " + why
                            + "; leave --direct out");
        }
        engine.up(OFF);
    }

    private void device(String kind, long mac, Optional<String> master) {
        kernel.put(new LinkState("eth0", kind, new MacAddress(mac), 1500, true, master, "", Optional.empty()));
    }

    @Test
    void aDeviceWithoutAnEthernetHeaderIsRefused() {
        device("wireguard", 0, Optional.empty());
        assertRefused("eth0 is a device of kind wireguard");
    }

    @Test
    void aPortOfAnotherDeviceIsRefused() {
        device("", 1, Optional.of("bond0"));
        assertRefused("eth0 is a port of bond0");
    }

    @Test
    void whereEthernetAddressesTellNothingItIsRefused() {
        kernel.putForDirect(Optional.of("this host answers ARP for others there"), Optional.empty(), BridgedRules.NONE);
        assertRefused("this host answers ARP for others there");
    }

    @Test
    void whereConnectionsOfWhichOneDirectionIsSeenAreDroppedItIsRefused() {
        kernel.putForDirect(
                Optional.empty(),
                Optional.empty(),
                new BridgedRules(Optional.empty(), Optional.of("ip f: ct state invalid drop"), Optional.empty()));
        assertRefused("of its connections only one direction passes the bridge, and this rule drops them: ip f: ct"
                + " state invalid drop");
    }

    @Test
    void whereARuleDropsInvalidPacketsHalfSeenConnectionsAreUntracked() {
        engine.up(SEND);
        BridgedRules rules =
                new BridgedRules(Optional.empty(), Optional.empty(), Optional.of("ip f: ct state invalid drop"));
        kernel.putForDirect(Optional.empty(), Optional.empty(), rules);
        assertThat(engine.up(SEND).lines())
                .singleElement()
                .asString()
                .startsWith("replace nftables tables fanatic-tunnel, against forged packets: ")
                .contains("UDP port 8472 from 10.0.0.45, half-seen connections over fan-250 (untracked), ");
        assertThat(engine.up(SEND).isEmpty()).isTrue();
        engine.up(OFF);
        assertThat(kernel.tunnelOnly()).noneMatch(entry -> entry.equals(new TunnelTable.Entry.HalfSeen("fan-250")));
    }

    @Test
    void aFanWhoseLabelLeavesNoRoomForTheRecordIsRefused() {
        for (int i = 1; i <= Fan.MAX_ADDRESSES; i++) {
            kernel.addAddress(new AddressState("eth0", Ipv4Address.parse("10.0.100." + (100 + i)), 16));
            engine.up(entry("250.0.0.0/8 10.0.100." + (100 + i) + "/16 dhcp"));
        }
        assertThatThrownBy(() -> engine.up(entry("250.0.0.0/8 10.0.100.101/16 dhcp direct")))
                .hasMessageContaining("needs room in the bridge's ifalias");
    }

    @Test
    void aBridgeThatSomebodyDeletedComesBackWithItsGuard() {
        engine.up(SEND);
        kernel.deleteLink("fan-250");
        assertThat(kernel.strayPrograms()).hasSize(1);
        engine.up(SEND);
        assertThat(kernel.strayPrograms()).isEmpty();
        assertThat(state()).isEqualTo(without(Direct.SEND));
    }

    @Test
    void aStepThatFailsOnTheWayThereOrBackIsUndone() {
        EngineTest.everyCallFails(host -> new Engine(host).up(OFF), each -> each.up(SEND));
        EngineTest.everyCallFails(host -> new Engine(host).up(SEND), each -> each.up(OFF));
    }

    @Test
    void itDoesNotGoWithIpip() {
        assertThatThrownBy(() -> entry("250.0.0.0/8 10.0.0.45/16 direct ipip"))
                .hasMessageContaining("direct does not go with ipip");
    }
}
