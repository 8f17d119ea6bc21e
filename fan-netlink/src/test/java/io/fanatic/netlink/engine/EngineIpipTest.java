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
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.kernel.RouteState;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** IPIP fans on a host in memory: eth0 with 10.0.0.45/24 and 10.0.0.46/24, in the address plan 10.0.0.0/16. */
class EngineIpipTest {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final UnderlaySpec FIRST = UnderlaySpec.parse("10.0.0.45/16");

    private final MemoryKernel kernel = host();
    private final Engine engine = new Engine(kernel);

    private static MemoryKernel host() {
        return MemoryKernel.withEthernet("eth0", address("eth0", "10.0.0.45", 24), address("eth0", "10.0.0.46", 24));
    }

    private static AddressState address(String link, String address, int prefixLength) {
        return new AddressState(link, Ipv4Address.parse(address), prefixLength);
    }

    private static FanEntry entry(String line) {
        return FanEntry.parse(List.of(line.split(" ")));
    }

    private static FanEntry first() {
        return entry("250.0.0.0/8 10.0.0.45/16 ipip");
    }

    private static FanEntry second() {
        return entry("251.0.0.0/8 10.0.0.46/16 ipip dhcp");
    }

    @Test
    void upMakesTheTunnelWithItsGuardBeforeAnythingLeadsThereAndTheRouteLast() {
        assertThat(engine.up(first()).lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo(
                                        "create nftables table ip fanatic-forward: nothing passes from eth0 to eth0"),
                        line -> assertThat(line)
                                .isEqualTo("forward what comes in by eth0 (noted, to be set back by down)"),
                        line -> assertThat(line).contains("nftables", "250.0.45.0/24"),
                        line -> assertThat(line)
                                .isEqualTo("create nftables tables fanatic-tunnel, against forged packets: 250.0.0.0/8"
                                        + " other than by fan-250, IPIP from 10.0.0.45, IPv6 as 250.0.0.0/8"),
                        line -> assertThat(line).isEqualTo("create tunnel ftun0 (IPIP, MTU 1480)"),
                        line -> assertThat(line).contains("encap and guard", "ftun0", "10.0.0.45"),
                        line -> assertThat(line).isEqualTo("forward what comes in by ftun0"),
                        line -> assertThat(line).isEqualTo("set ftun0 up"),
                        line -> assertThat(line)
                                .isEqualTo("create bridge fan-250 (MAC address 02:fa:0a:00:00:2d, MTU 1480)"),
                        line -> assertThat(line).isEqualTo("attach the eBPF program gate to fan-250"),
                        line -> assertThat(line).isEqualTo("add address 250.0.45.1/24 on fan-250"),
                        line -> assertThat(line).isEqualTo("forward what comes in by fan-250"),
                        line -> assertThat(line).isEqualTo("set fan-250 up"),
                        line -> assertThat(line).isEqualTo("add route 250.0.0.0/8 dev ftun0 src 250.0.45.1 mtu 1480"));
        assertThat(engine.list()).singleElement().satisfies(fan -> {
            assertThat(fan.tunnel()).isEqualTo("ftun0");
            assertThat(fan.entry(fan.slices().get(0))).hasToString("250.0.0.0/8 10.0.0.45/16 ipip mtu 1480");
            assertThat(fan.entryOfAnyMtu(fan.slices().get(0))).hasToString("250.0.0.0/8 10.0.0.45/16 ipip");
        });
    }

    @Test
    void twoFansShareTheTunnelAndLeaveItAsTheyCame() {
        HostState before = HostState.of(kernel);
        engine.up(first());
        HostState one = HostState.of(kernel);

        assertThat(engine.up(second()).lines())
                .anyMatch(line -> line.equals("replace the eBPF programs on ftun0 (10.0.0.45 and 10.0.0.46)"))
                .noneMatch(line -> line.contains("create tunnel"));
        assertThat(engine.up(first()).isEmpty()).isTrue();
        assertThat(engine.up(second()).isEmpty()).isTrue();

        engine.down(Ipv4Prefix.parse("251.0.0.0/8"), UnderlaySpec.parse("10.0.0.46/16"));
        assertThat(HostState.of(kernel)).isEqualTo(one);
        engine.up(second());
        engine.down(OVERLAY, FIRST);
        engine.down(Ipv4Prefix.parse("251.0.0.0/8"), UnderlaySpec.parse("10.0.0.46/16"));
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void aNarrowerFanDoesNotNarrowTheTunnelOfTheOther() {
        engine.up(first());

        engine.up(entry("251.0.0.0/8 10.0.0.45/16 ipip mtu 1300"));

        assertThat(HostState.of(kernel).link("ftun0")).map(LinkState::mtu).contains(1480);
        assertThat(kernel.routes())
                .extracting(RouteState::description)
                .contains("251.0.0.0/8 dev ftun0 src 251.0.45.1 mtu 1300");
    }

    @Test
    void aFailureOfAnyCallIsUndone() {
        everyCallFails(host -> {}, host -> host.up(second()));
        everyCallFails(host -> host.up(first()), host -> host.up(second()));
        everyCallFails(
                host -> {
                    host.up(first());
                    host.up(second());
                },
                host -> host.down(OVERLAY, FIRST));
        everyCallFails(host -> host.up(second()), Engine::downEverything);
    }

    private static void everyCallFails(Consumer<Engine> prepare, Consumer<Engine> change) {
        everyCallFails(prepare, change, host -> {});
    }

    private static void everyCallFails(
            Consumer<Engine> prepare, Consumer<Engine> change, Consumer<MemoryKernel> others) {
        int failAt = 1;
        boolean failed = true;
        while (failed) {
            MemoryKernel kernel = host();
            others.accept(kernel);
            Engine engine = new Engine(kernel);
            prepare.accept(engine);
            HostState before = HostState.of(kernel);
            kernel.failAt(failAt);
            try {
                change.accept(engine);
                failed = kernel.calls() >= failAt;
            } catch (RuntimeException e) {
                kernel.failAt(0);
                assertThat(HostState.of(kernel).differencesFrom(before))
                        .as("after failing at call " + failAt + ": " + e.getMessage())
                        .isEmpty();
            }
            failAt++;
        }
        assertThat(failAt).isGreaterThan(15);
    }

    @Test
    void whatSomebodyTookAwayIsMadeAgain() {
        engine.up(first());
        HostState whole = HostState.of(kernel);
        for (String device : List.of("ftun0", "fan-250")) {
            kernel.remove(device);
            engine.up(first());
            assertThat(HostState.of(kernel).differencesFrom(whole)).as(device).isEmpty();
        }
    }

    @Test
    void downFindsTheTunnelThoughTheBridgeThatTellsOfTheFanIsGone() {
        engine.up(first());
        kernel.remove("fan-250");

        engine.down(OVERLAY, FIRST);

        assertThat(HostState.of(kernel).link("ftun0")).isEmpty();
    }

    @Test
    void theIdleDeviceThatTheKernelsModuleBringsIsNobodys() {
        kernel.put(ipip("tunl0", false, false, "", ""));
        engine.up(first());
        engine.downEverything();
    }

    @Test
    void rivalsAreNamedBeforeAnythingIsTouched() {
        refused(ipip("cilium_ipip4", true, true, "", ""), "cilium_ipip4", "external", "at most");
        refused(ipip("tunl0", true, false, "", ""), "tunl0", "in use");
        refused(ipip("flannel.ipip", true, false, "10.0.0.45", ""), "flannel.ipip", "swallow the fan's packets;");
        refused(ipip("peer", true, false, "10.0.0.45", "10.0.3.8"), "peer", "from 10.0.3.8");
        refused(ipip("any", true, false, "", ""), "any", "set it down");
        kernel.remove("any");
        kernel.put(ipip("elsewhere", true, false, "192.0.2.1", "192.0.2.2"));
        kernel.put(ipip("down", false, false, "10.0.0.45", ""));
        assertThat(engine.planUp(first()).isEmpty()).isFalse();
    }

    private void refused(LinkState rival, String... words) {
        kernel.put(rival);
        HostState before = HostState.of(kernel);
        assertThatThrownBy(() -> engine.up(first()))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
                .hasMessageContainingAll(words);
        assertThat(HostState.of(kernel)).isEqualTo(before);
        kernel.remove(rival.name());
    }

    private static LinkState ipip(String name, boolean up, boolean external, String local, String remote) {
        return new LinkState(
                name,
                "ipip",
                new MacAddress(0),
                1480,
                up,
                Optional.empty(),
                "",
                false,
                false,
                0,
                false,
                Optional.empty(),
                Optional.of(new LinkState.Ipip(external, parse(local), parse(remote))));
    }

    private static Optional<Ipv4Address> parse(String address) {
        return address.isEmpty() ? Optional.empty() : Optional.of(Ipv4Address.parse(address));
    }

    @Test
    void aFanDoesNotChangeItsKindOfTunnelWhileItIsUp() {
        engine.up(first());
        assertThatThrownBy(() -> engine.up(entry("250.0.0.0/8 10.0.0.45/16")))
                .hasMessageContainingAll("is up with tunnel type ipip, not vxlan", "fanctl down");
    }

    @Test
    void withoutNatThereIsNoTable() {
        engine.up(entry("250.0.0.0/8 10.0.0.45/16 ipip no-nat"));
        assertThat(kernel.nat()).isEmpty();
        engine.up(first());
        assertThat(kernel.nat()).hasSize(1);
        engine.up(entry("250.0.0.0/8 10.0.0.45/16 ipip no-nat"));
        assertThat(kernel.nat()).isEmpty();
    }

    @Test
    void aMarkReadsBackWithEveryWord() {
        for (String line : List.of(
                "250.0.0.0/8 10.0.0.45/16 ipip",
                "250.0.0.0/8 10.0.0.45/16 ipip dhcp no-nat no-accept",
                "250.0.0.0/8 10.0.0.45/16 no-nat",
                "250.0.0.0/8 10.0.0.45/16 dhcp no-accept")) {
            Label label = engine.preview(entry(line)).label();
            assertThat(Label.parse(label.toString())).as(line).contains(label);
            assertThat(Label.parse(label + " later")).isEmpty();
        }
        assertThat(Label.parse(Label.IPIP_TUNNEL)).isEmpty();
        assertThat(Label.isOurs(Label.IPIP_TUNNEL)).isTrue();
    }

    private static Iptables.Forward forward(boolean drops, String chain, String... others) {
        return new Iptables.Forward(Iptables.Backend.NFT, drops, chain, List.of(), List.of(others), List.of());
    }

    @Test
    void whereForwardedPacketsAreDroppedTwoRulesLetTheFanPassAndGoWithIt() {
        kernel.putForward(forward(true, "DOCKER-USER"));
        HostState before = HostState.of(kernel);

        assertThat(engine.up(first()).lines())
                .contains(
                        "add rule to iptables-nft DOCKER-USER: -i ftun0 -o fan-250 -j ACCEPT",
                        "add rule to iptables-nft DOCKER-USER: -i fan-250 -o ftun0 -j ACCEPT");
        assertThat(engine.up(first()).isEmpty()).isTrue();

        engine.down(OVERLAY, FIRST);
        assertThat(HostState.of(kernel)).isEqualTo(before);
    }

    @Test
    void rulesStayWithTheFanAndMoveToTheChainThatDockerKeepsForThem() {
        kernel.putForward(forward(true, "FORWARD"));
        engine.up(first());
        List<Iptables.AcceptRule> ours = HostState.of(kernel).forwards().get(0).ours();
        kernel.putForward(new Iptables.Forward(Iptables.Backend.NFT, false, "DOCKER-USER", ours, List.of(), List.of()));

        assertThat(engine.up(first()).lines()).hasSize(2).allMatch(line -> line.startsWith("move rule to"));

        assertThat(HostState.of(kernel).forwards().get(0).ours())
                .filteredOn(pass -> pass.traffic() == Iptables.Traffic.OVERLAY)
                .extracting(Iptables.AcceptRule::chain)
                .containsOnly("DOCKER-USER");
        engine.downEverything();
        assertThat(HostState.of(kernel).forwards().get(0).ours()).isEmpty();
    }

    @Test
    void noRulesAreAddedWhereNothingIsDroppedOrTheyAreNotWanted() {
        kernel.putForward(forward(false, "FORWARD"));
        assertThat(engine.planUp(first()).lines()).noneMatch(line -> line.startsWith("add rule"));
        kernel.putForward(forward(true, "FORWARD"));
        assertThat(engine.planUp(entry("250.0.0.0/8 10.0.0.45/16 ipip no-accept"))
                        .lines())
                .noneMatch(line -> line.startsWith("add rule"));
    }

    @Test
    void vxlanNeedsARuleOnlyWhereItsFramesPassTheChainAndNoRuleAcceptsThem() {
        FanEntry vxlan = entry("250.0.0.0/8 10.0.0.45/16");
        String inside = "-i fan-250 -o fan-250 -j ACCEPT";
        kernel.putForward(forward(true, "DOCKER-USER"));
        assertThat(engine.planUp(vxlan).lines()).noneMatch(line -> line.endsWith(inside));
        kernel.putFiltersBridgedFrames(true);
        assertThat(engine.planUp(vxlan).lines())
                .contains("add rule to iptables-nft DOCKER-USER: -i fan-250 -o fan-250 -j ACCEPT");
        kernel.putForward(forward(true, "DOCKER-USER", "fan-250"));
        assertThat(engine.planUp(vxlan).lines()).noneMatch(line -> line.endsWith(inside));
    }

    @Test
    void whatLeavesTheOverlayAndItsAnswersPassBehindTheRulesOfOthers() {
        for (String line : List.of("250.0.0.0/8 10.0.0.45/16", "250.0.0.0/8 10.0.0.45/16 ipip")) {
            kernel.putForward(forward(true, "DOCKER-USER"));
            HostState before = HostState.of(kernel);
            assertThat(engine.up(entry(line)).lines())
                    .contains(
                            "add rule to iptables-nft FORWARD: -i fan-250 -o eth0 -j ACCEPT",
                            "add rule to iptables-nft FORWARD: -i eth0 -o fan-250 -m conntrack --ctstate"
                                    + " RELATED,ESTABLISHED -j ACCEPT");
            assertThat(engine.up(entry(line)).isEmpty()).isTrue();
            engine.down(OVERLAY, FIRST);
            assertThat(HostState.of(kernel)).isEqualTo(before);
            assertThat(engine.planUp(entry(line + " no-nat")).lines()).noneMatch(step -> step.contains("FORWARD:"));
            kernel.putForward(new Iptables.Forward(
                    Iptables.Backend.NFT, true, "DOCKER-USER", List.of(), List.of("fan-250"), List.of("fan-250")));
            assertThat(engine.planUp(entry(line)).lines()).noneMatch(step -> step.contains("FORWARD:"));
        }
    }

    @Test
    void aFailureWithRulesIsUndone() {
        everyCallFails(host -> {}, host -> host.up(first()), k -> k.putForward(forward(true, "DOCKER-USER")));
    }
}
