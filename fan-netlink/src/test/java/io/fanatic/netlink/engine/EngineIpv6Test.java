package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanException.Reason;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Ipv6Switches;
import io.fanatic.netlink.kernel.MemoryKernel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Fans with an IPv6 overlay, on the host in memory of {@link EngineTest}. */
class EngineIpv6Test {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final FanEntry IPV4 = FanEntry.parse("250.0.0.0/8 10.0.0.45/16");
    private static final FanEntry DUAL = FanEntry.parse("250.0.0.0/8 10.0.0.45/16 overlay6 fd00:fa::/48");

    private final MemoryKernel kernel = host();
    private final Engine engine = new Engine(kernel);

    private static MemoryKernel host() {
        return MemoryKernel.withEthernet(
                "eth0",
                new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 24),
                new AddressState("eth0", Ipv4Address.parse("10.0.0.46"), 24));
    }

    @Test
    void anOverlayIsTwoEntriesARouteAndAnAddressForEachSlice() {
        engine.up(IPV4);
        Plan plan = engine.up(DUAL);

        assertThat(plan.lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("replace nftables tables fanatic-tunnel, against forged packets: ")
                                .contains("fd00:fa::/48 other than by fan-250"),
                        line -> assertThat(line).contains("programs", "ftun-250"),
                        line -> assertThat(line).contains("change bridge fan-250: IPv6 off -> on"),
                        line -> assertThat(line).contains("gate", "fan-250"),
                        line -> assertThat(line).isEqualTo("add address fe80::1/64 on fan-250"),
                        line -> assertThat(line).isEqualTo("add address fd00:fa:0:2d::1/64 on fan-250"),
                        line -> assertThat(line).isEqualTo("send to the tunnel: 0a:fa:0a:00:00:2d by ftun-250"),
                        line -> assertThat(line).isEqualTo("add neighbour fe80::fa at 0a:fa:0a:00:00:2d on fan-250"),
                        line -> assertThat(line)
                                .isEqualTo("add route fd00:fa::/48 via fe80::fa dev fan-250 src fd00:fa:0:2d::1"));
        assertThat(engine.up(FanEntry.parse("250.0.0.0/8 10.0.0.46/16 overlay6 fd00:fa::/48"))
                        .lines())
                .contains("add address fd00:fa:0:2e::1/64 on fan-250")
                .noneMatch(line -> line.contains("neighbour") || line.contains("route fd00"));
        assertThat(engine.list())
                .singleElement()
                .satisfies(fan -> assertThat(fan.ipv6())
                        .hasValueSatisfying(
                                ipv6 -> assertThat(ipv6.overlay()).isEqualTo(Ipv6Prefix.parse("fd00:fa::/48"))));
    }

    @Test
    void whatWasBeforeComesBackWhenItIsLeftOut() {
        engine.up(IPV4);
        HostState before = HostState.of(kernel);
        engine.up(DUAL);
        engine.up(IPV4);
        assertThat(HostState.of(kernel).differencesFrom(before)).isEmpty();
        assertThat(kernel.ipv6(List.of("fan-250"))).isEqualTo(Ipv6State.NONE);
    }

    @Test
    void anotherOverlayTakesThePlaceOfTheOne() {
        engine.up(DUAL);
        engine.up(FanEntry.parse("250.0.0.0/8 10.0.0.45/16 overlay6 fd00:fb::/48"));
        assertThat(kernel.ipv6(List.of("fan-250")).toString())
                .contains("fd00:fb:0:2d::1")
                .doesNotContain("fd00:fa:");
    }

    @Test
    void everyCallThatFailsIsUndone() {
        EngineTest.everyCallFails(host -> {}, work -> work.up(DUAL));
        EngineTest.everyCallFails(host -> new Engine(host).up(IPV4), work -> work.up(DUAL));
        EngineTest.everyCallFails(host -> new Engine(host).up(DUAL), work -> work.up(IPV4));
        EngineTest.everyCallFails(
                host -> new Engine(host).up(DUAL),
                work -> work.up(FanEntry.parse("250.0.0.0/8 10.0.0.45/16 overlay6 fd00:fb::/48")));
        EngineTest.everyCallFails(
                host -> new Engine(host).up(DUAL), work -> work.down(OVERLAY, UnderlaySpec.parse("10.0.0.45/16")));
    }

    /** Where IPv6 is switched off on a bridge, its addresses end; where it is on, the host is a router there. */
    @Test
    void aBridgeOfDockersHasItsIpv6AddressesAndSwitchesAgainWhenAFanFails() {
        bridgeOfDockers(IPV4);
        bridgeOfDockers(DUAL);
    }

    private static void bridgeOfDockers(FanEntry fan) {
        Ipv6State.Address linkLocal = new Ipv6State.Address("fan-250", Ipv6Address.parse("fe80::1"), 64);
        Ipv6State.Address global = new Ipv6State.Address("fan-250", Ipv6Address.parse("2001:db8::1"), 64);
        int failed = 0;
        for (int n = 1; ; n++) {
            MemoryKernel docker = host();
            EngineTest.bridgeOfDocker(docker, "250.0.45.1");
            docker.putIpv6(linkLocal);
            docker.putIpv6(global);
            docker.setIpv6("fan-250", new Ipv6Switches(true, false, 1, 1));
            docker.failAt(n);
            try {
                new Engine(docker).up(fan);
                break;
            } catch (RuntimeException expected) {
                failed++;
            }
            docker.failAt(0);
            assertThat(docker.ipv6(List.of("fan-250")).addresses())
                    .as("call %d", n)
                    .containsExactlyInAnyOrder(linkLocal, global);
            assertThat(docker.ipv6Switches("fan-250")).as("call %d", n).isEqualTo(new Ipv6Switches(true, false, 1, 1));
        }
        assertThat(failed).isGreaterThan(20);
    }

    private static final Ipv6Outside.Host WITH_WAY_OUT =
            new Ipv6Outside.Host(false, true, true, List.of("eth0", "eth1"), List.of("eth1"));

    /** eth1 forwards already, without us. */
    @Test
    void whatLeavesTheOverlayIsMasqueradedAndForwardedWhereTheHostHasAWayOut() {
        engine.up(DUAL);
        HostState before = HostState.of(kernel);
        assertThat(engine.up(DUAL).isEmpty()).isTrue();
        kernel.put(WITH_WAY_OUT);
        Plan plan = engine.up(DUAL);
        assertThat(plan.lines())
                .containsExactly(
                        "create nftables table ip6 fanatic: masquerade fd00:fa:0:2d::/64 to outside fd00:fa::/48;"
                                + " forward IPv6 that comes in by fan-250, eth0 (noted, to be set back by down); nftables table"
                                + " ip6 fanatic-forward: nothing passes from eth0 to eth0 or eth1");
        assertThat(plan.notes()).isEmpty();
        assertThat(engine.up(DUAL).isEmpty()).isTrue();
        // A default route by router advertisements may come and go.
        kernel.put(Ipv6Outside.Host.WITHOUT);
        assertThat(engine.up(DUAL).isEmpty()).isTrue();
        engine.up(FanEntry.parse("250.0.0.0/8 10.0.0.45/16 overlay6 fd00:fa::/48 no-nat"));
        assertThat(HostState.of(kernel).ipv6Outside()).isEqualTo(Ipv6Outside.NONE);
        engine.up(DUAL);
        assertThat(HostState.of(kernel).differencesFrom(before)).isEmpty();
        kernel.put(WITH_WAY_OUT);
        engine.up(DUAL);
        engine.up(IPV4);
        assertThat(kernel.ipv6Outside(List.of())).isEqualTo(Ipv6Outside.NONE);
    }

    @Test
    void aHostThatCannotBeMadeToForwardMasqueradesAndThePlanSaysSo() {
        kernel.put(new Ipv6Outside.Host(false, false, false, List.of("eth0"), List.of()));
        assertThat(engine.up(DUAL).notes()).containsExactly(Planner.NOT_FORWARDED_IPV6);
        Ipv6Outside outside = HostState.of(kernel).ipv6Outside();
        assertThat(outside.nat()).hasSize(1);
        assertThat(outside.devices()).isEmpty();
        assertThat(outside.bridges()).isEmpty();
        kernel.put(new Ipv6Outside.Host(true, false, false, List.of("eth0"), List.of()));
        assertThat(engine.up(DUAL).notes()).isEmpty();
        assertThat(HostState.of(kernel).ipv6Outside()).isEqualTo(outside);
    }

    @Test
    void everyCallThatFailsOnTheWayToTheOutsideIsUndone() {
        EngineTest.everyCallFails(host -> host.put(WITH_WAY_OUT), work -> work.up(DUAL));
        EngineTest.everyCallFails(
                host -> {
                    host.put(WITH_WAY_OUT);
                    new Engine(host).up(DUAL);
                },
                work -> work.down(OVERLAY, UnderlaySpec.parse("10.0.0.45/16")));
    }

    @Test
    void whatWouldGetInTheWayIsRefusedBeforeAnythingIsTouched() {
        kernel.put(new Ipv6State.Route(Ipv6Prefix.parse("::/0"), "eth0", Optional.empty(), Optional.empty()));
        kernel.put(new Ipv6State.Route(Ipv6Prefix.parse("fd00:fc::/32"), "eth0", Optional.empty(), Optional.empty()));
        refused("overlay6 fd00:fc::/48", Reason.CONFLICT, "overlaps the route \"fd00:fc::/32 dev eth0\"");
        refused("overlay6 fd00:fa::/49", Reason.INVALID, "choose an overlay with a prefix of at most /48");
        kernel.put(kernel.links().get(1).withMtu(1329));
        refused("overlay6 fd00:fa::/48", Reason.INVALID, "leaves only 1279 bytes to the fan; IPv6 needs 1280");
        kernel.put(kernel.links().get(1).withMtu(1330));
        engine.up(DUAL);
        assertThatThrownBy(() -> engine.up(FanEntry.parse("251.0.0.0/8 10.0.0.45/16 overlay6 fd00:fa::/40")))
                .hasMessageContaining("overlaps that of the fan 250.0.0.0/8 over 10.0.0.0/16, fd00:fa::/48");
        engine.downEverything();
        kernel.removeIpv6();
        refused("overlay6 fd00:fa::/48", Reason.UNSUPPORTED, "this host has no IPv6");
        engine.up(IPV4);
    }

    private void refused(String flags, Reason reason, String words) {
        HostState before = HostState.of(kernel);
        assertThatThrownBy(() -> engine.up(FanEntry.parse("250.0.0.0/8 10.0.0.45/16 " + flags)))
                .hasMessageContaining(words)
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }
}
