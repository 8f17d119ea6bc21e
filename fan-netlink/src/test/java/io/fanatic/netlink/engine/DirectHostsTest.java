package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.netlink.host.FreshNamespace;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with a fan without encapsulation, each kernel as it is and as an older one; topology: that of {@link TwoFans}. */
class DirectHostsTest {
    private static final String[] FAN = {"250.0.0.0/8", "10.0.0.0/16", "direct"};
    private static final KernelFeatures HERE = KernelFeatures.ofThisKernel();

    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    private void containersTalk(KernelFeatures features) {
        TwoFans fans = new TwoFans(namespaces, directory, features, features);
        fans.up(FAN);
        fans.plugContainers("fan-250", "250.0.0.0/8");
        assertContainersTalkDirectly(fans);
        fans.unplugContainers();
        fans.down("250.0.0.0/8");
    }

    private static void assertContainersTalkDirectly(TwoFans fans) {
        fans.assertContainersTalk("250.0.0.0/8");
        for (int i = 0; i < 2; i++) {
            Map<Counter, Long> counters =
                    fans.on(i, engine -> engine.counters(engine.list().get(0)));
            assertThat(counters.get(Counter.SENT_DIRECT)).isPositive();
            assertThat(counters.get(Counter.RECEIVED)).isPositive();
            assertThat(counters.get(Counter.RECEIVE_SPOOFED)).isZero();
        }
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
        assertThatThrownBy(() -> fans.up(FAN))
                .hasMessage("packets cannot travel without encapsulation on this host: this kernel lacks what it needs"
                        + " (Linux 5.12); leave --direct out");
    }

    /** Its guard would hand packets to a bridge that is gone. */
    @Test
    void aBridgeThatSomebodyDeletedComesBackWithItsGuard() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE);
        fans.up(FAN);
        FreshNamespace.shIn(fans.host(0), "ip link del fan-250");
        fans.up(FAN);
        fans.plugContainers("fan-250", "250.0.0.0/8");
        assertContainersTalkDirectly(fans);
        fans.unplugContainers();
        fans.down("250.0.0.0/8");
    }

    @Test
    void twoFansOnOneDevice() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE);
        fans.up(FAN);
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
