package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with a fan on the fast path, each kernel as it is and as an older one; topology: that of {@link TwoFans}. */
class FastPathHostsTest {
    private static final String[] FAN = {"250.0.0.0/8", "10.0.0.0/16"};
    private static final KernelFeatures HERE = KernelFeatures.ofThisKernel();

    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    private void containersTalk(KernelFeatures first, KernelFeatures second, boolean... fast) {
        TwoFans fans = new TwoFans(namespaces, directory, first, second);
        fans.up(FAN);
        fans.plugContainers("fan-250", "250.0.0.0/8");
        for (int i = 0; i < 2; i++) {
            assertThat(fans.on(i, engine -> engine.path(engine.list().get(0))).fastBy())
                    .isEqualTo(fast[i] ? Optional.of("u0") : Optional.empty());
        }
        fans.assertContainersTalk("250.0.0.0/8");
        fans.unplugContainers();
        fans.down("250.0.0.0/8");
    }

    @Test
    void bothOnTheFastPath() {
        containersTalk(HERE, HERE, true, true);
    }

    @Test
    void withoutTcxTheGuardOnTheUnderlaysDeviceIsAClsactFilterThatGoesWithItsClsact() {
        KernelFeatures old = HERE.without(KernelFeature.TCX);
        containersTalk(old, old, true, true);
    }

    @Test
    void withoutLocalAddressesInTunnelKeys() {
        KernelFeatures old = HERE.without(KernelFeature.LOCAL_ADDRESS, KernelFeature.VNI_FILTER);
        containersTalk(old, old, true, true);
    }

    @Test
    void aKernelThatLacksWhatItNeedsDoesWithoutAndSharesTheFan() {
        containersTalk(HERE.without(KernelFeature.FAST_PATH), HERE, false, true);
    }

    @Test
    void twoFansOnOnePort() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE);
        fans.up(FAN);
        fans.up("251.0.0.0/8", "10.0.0.0/16");
        fans.plugContainers("fan-250", "250.0.0.0/8");
        fans.assertContainersTalk("250.0.0.0/8");
        fans.unplugContainers();
        fans.plugContainers("fan-251", "251.0.0.0/8");
        fans.assertContainersTalk("251.0.0.0/8");
        for (Fan fan : fans.on(0, Engine::list)) {
            assertThat(fans.on(0, engine -> engine.path(fan)).fastBy()).contains("u0");
        }
        fans.unplugContainers();
        fans.down("250.0.0.0/8", "251.0.0.0/8");
    }
}
