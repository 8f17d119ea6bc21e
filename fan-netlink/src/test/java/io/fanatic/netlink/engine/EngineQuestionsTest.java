package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.MemoryKernel;
import io.fanatic.netlink.kernel.RouteState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a wizard asks before anything is done. */
class EngineQuestionsTest {
    private static final FanEntry FAN = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));

    private final MemoryKernel kernel = MemoryKernel.withEthernet(
            "eth0",
            new AddressState("eth0", Ipv4Address.parse("192.168.1.9"), 24),
            new AddressState("wlan0", Ipv4Address.parse("10.0.0.45"), 16));
    private final Engine engine = new Engine(kernel);

    private void wlanHasTheDefaultRoute() {
        kernel.put(new LinkState(
                "wlan0", "", new MacAddress(0x525400123457L), 1400, true, Optional.empty(), "", Optional.empty()));
        kernel.put(new RouteState(Ipv4Prefix.parse("0.0.0.0/0"), 254, Optional.of("wlan0"), "default dev wlan0"));
    }

    @Test
    void theAddressOfTheDefaultRouteComesFirstAndThoseOfFansAndTheLoopbackNever() {
        wlanHasTheDefaultRoute();
        engine.up(FAN);
        assertThat(engine.underlayAddresses())
                .extracting(AddressState::toString)
                .containsExactly("10.0.0.45/16 on wlan0", "192.168.1.9/24 on eth0");
    }

    @Test
    void aBridgeForContainersIsNoUnderlayAndOneWithACableIs() {
        wlanHasTheDefaultRoute();
        for (String bridge : List.of("docker0", "br0")) {
            kernel.put(new LinkState(
                    bridge, "bridge", new MacAddress(7), 1500, true, Optional.empty(), "", Optional.empty()));
        }
        kernel.put(new LinkState(
                "veth1", "veth", new MacAddress(5), 1500, true, Optional.of("docker0"), "", Optional.empty()));
        kernel.put(new LinkState("eth1", "", new MacAddress(6), 1500, true, Optional.of("br0"), "", Optional.empty()));
        kernel.addAddress(new AddressState("docker0", Ipv4Address.parse("172.17.0.1"), 16));
        kernel.addAddress(new AddressState("br0", Ipv4Address.parse("10.1.0.1"), 16));
        assertThat(engine.underlayAddresses()).extracting(AddressState::link).containsExactly("wlan0", "eth0", "br0");
    }

    @Test
    void anEntryForEveryHostNamesTheNetworkWhereThatIsClear() {
        wlanHasTheDefaultRoute();
        FanEntry here = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.45/16", "mtu", "1300"));
        assertThat(engine.onAnyHost(here)).hasToString("250.0.0.0/8 10.0.0.0/16 mtu 1300");
        kernel.addAddress(new AddressState("eth0", Ipv4Address.parse("10.0.3.3"), 16));
        assertThat(engine.onAnyHost(here)).isEqualTo(here);
    }

    @Test
    void aPortThatAProgramHoldsIsNamedBeforeAnythingIsDone() {
        wlanHasTheDefaultRoute();
        kernel.holdUdpPort(8472);
        assertThatThrownBy(() -> engine.planUp(FAN)).hasMessageContaining("UDP port 8472 is held by a socket");
    }

    @Test
    void anUnderlayIsResolvedToItsOneAddress() {
        wlanHasTheDefaultRoute();
        for (String text : List.of("10.0.0.0/16", "default", "wlan0/16", "10.0.0.45/16")) {
            assertThat(engine.resolve(UnderlaySpec.parse(text))).as(text).hasToString("10.0.0.45/16");
        }
        assertThatThrownBy(() -> engine.resolve(UnderlaySpec.parse("10.1.0.0/16")))
                .isInstanceOf(FanException.class)
                .hasMessageContaining("no local address fits");
    }

    @Test
    void aPreviewTellsTheFanAlsoWhereSomethingIsInItsWay() {
        wlanHasTheDefaultRoute();
        kernel.put(new RouteState(Ipv4Prefix.parse("250.9.0.0/16"), 254, Optional.of("eth0"), "250.9.0.0/16 dev eth0"));
        Fan fan = engine.preview(FAN);
        assertThat(fan.mtu()).isEqualTo(1350);
        assertThat(fan.slices().get(0).cidr()).hasToString("250.0.45.0/24");
        assertThatThrownBy(() -> engine.planUp(FAN)).hasMessageContaining("250.9.0.0/16");
        assertThat(engine.list()).isEmpty();
    }

    @Test
    void byForceAFanGoesThoughContainersAreAttached() {
        wlanHasTheDefaultRoute();
        engine.up(FAN);
        kernel.put(new LinkState(
                "veth1", "veth", new MacAddress(5), 1350, true, Optional.of("fan-250"), "", Optional.empty()));
        assertThatThrownBy(() -> engine.down(FAN.overlay(), FAN.underlay())).hasMessageContaining("veth1");
        engine.down(FAN.overlay(), FAN.underlay(), true);
        assertThat(engine.list()).isEmpty();
    }
}
