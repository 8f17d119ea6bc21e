package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Direct;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import org.junit.jupiter.api.Test;

/** Two hosts with a fan without encapsulation, each kernel as it is and as an older one; topology: that of {@link TwoFans}. */
class DirectHostsTest extends FastPathDevices {
    private static final String[] DIRECT = {"250.0.0.0/8", "10.0.0.0/16", "direct"};

    private void containersTalk(KernelFeatures features) {
        TwoFans fans = new TwoFans(namespaces, directory, features, features);
        fans.up(DIRECT);
        fans.plugContainers("fan-250", "250.0.0.0/8");
        assertContainersTalkDirectly(fans);
        fans.unplugContainers();
        fans.down("250.0.0.0/8");
    }

    @Test
    void bothSendAndReceive() {
        containersTalk(HERE);
    }

    @Test
    void withoutTcxTheGuardIsAClsactFilterThatGoesWithItsClsact() {
        containersTalk(HERE.without(KernelFeature.TCX));
    }

    @Test
    void withoutTheFastPathOrLocalAddressesInTunnelKeys() {
        containersTalk(HERE.without(KernelFeature.FAST_PATH, KernelFeature.LOCAL_ADDRESS, KernelFeature.VNI_FILTER));
    }

    @Test
    void aKernelThatLacksWhatItNeedsIsRefused() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE.without(KernelFeature.DIRECT), HERE);
        assertThatThrownBy(() -> fans.up(DIRECT))
                .hasMessage("packets cannot travel without encapsulation on this host: this kernel lacks what it needs"
                        + " (Linux 5.12); leave --direct out");
    }

    @Test
    void overABridge() {
        assertDirect("ip link add b0 type bridge; ip link set u0 master b0", "b0");
    }

    /** The device beneath would answer ARP for the address too, and get the packets. */
    @Test
    void overAMacvlan() {
        assertDirect("ip link add m0 link u0 type macvlan mode bridge; ip link set u0 arp off", "m0");
    }

    /** Its guard would hand packets to a bridge that is gone. */
    @Test
    void aBridgeThatSomebodyDeletedComesBackWithItsGuard() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE);
        fans.up(DIRECT);
        FreshNamespace.shIn(fans.host(0), "ip link del fan-250");
        fans.up(DIRECT);
        fans.plugContainers("fan-250", "250.0.0.0/8");
        assertContainersTalkDirectly(fans);
        fans.unplugContainers();
        fans.down("250.0.0.0/8");
    }

    @Test
    void twoFansOnOneDevice() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE);
        fans.up(DIRECT);
        fans.up("251.0.0.0/8", "10.0.0.0/16", "direct");
        fans.plugContainers("fan-250", "250.0.0.0/8");
        assertContainersTalkDirectly(fans);
        fans.unplugContainers();
        fans.plugContainers("fan-251", "251.0.0.0/8");
        fans.assertContainersTalk("251.0.0.0/8");
        for (Fan fan : fans.on(0, Engine::list)) {
            assertThat(fans.on(0, engine -> engine.direct(fan)).now()).isEqualTo(Direct.SEND);
        }
        fans.unplugContainers();
        fans.down("250.0.0.0/8", "251.0.0.0/8");
    }
}
