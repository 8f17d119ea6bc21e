package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.netlink.host.DeviceStatistics;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeatures;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A fan over an underlay device of some kind, made over u0 of {@link TwoFans}; checked bulk TCP both ways shows that it carries. */
abstract class FastPathDevices {
    static final KernelFeatures HERE = KernelFeatures.ofThisKernel();
    static final String FAN = "250.0.0.0/8";

    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    TwoFans hosts(String make, String device) {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE, make, device);
        fans.up(FAN, "10.0.0.0/16");
        return fans;
    }

    static FanPath path(TwoFans fans, int host) {
        return fans.on(host, engine -> engine.path(engine.list().get(0)));
    }

    /** Most bytes of a bulk transfer must have passed by the kernel's device, on the way out and on the way in. Its packets tell little: they are large. */
    static void assertMostPassByTheKernelsDevice(TwoFans fans) {
        long before = DeviceStatistics.bytesSent(fans.host(0), "ftun-250");
        long receivedBefore = DeviceStatistics.bytesReceived(fans.host(1), "ftun-250");
        fans.assertContainersTalk(FAN);
        assertThat(DeviceStatistics.bytesSent(fans.host(0), "ftun-250") - before)
                .isLessThan(TwoFans.BULK / 2);
        assertThat(DeviceStatistics.bytesReceived(fans.host(1), "ftun-250") - receivedBefore)
                .isLessThan(TwoFans.BULK / 2);
    }

    /** The fan takes the fast path by this device, carries, and leaves nothing. */
    void assertFast(String make, String device) {
        TwoFans fans = hosts(make, device);
        fans.plugContainers("fan-250", FAN);
        for (int i = 0; i < 2; i++) {
            assertThat(path(fans, i)).isEqualTo(new FanPath(Optional.of(device), Optional.empty()));
        }
        assertMostPassByTheKernelsDevice(fans);
        fans.unplugContainers();
        fans.down(FAN);
    }

    static void assertContainersTalkDirectly(TwoFans fans) {
        fans.assertContainersTalk(FAN);
        for (int i = 0; i < 2; i++) {
            Map<Counter, Long> counters =
                    fans.on(i, engine -> engine.counters(engine.list().get(0)));
            assertThat(counters.get(Counter.SENT_DIRECT)).isPositive();
            assertThat(counters.get(Counter.RECEIVED)).isPositive();
            assertThat(counters.get(Counter.RECEIVE_SPOOFED)).isZero();
        }
    }

    /** The fan sends without encapsulation by this device, carries, and leaves nothing. */
    void assertDirect(String make, String device) {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE, make, device);
        fans.up(FAN, "10.0.0.0/16", "direct");
        fans.plugContainers("fan-250", FAN);
        assertContainersTalkDirectly(fans);
        fans.unplugContainers();
        fans.down(FAN);
    }
}
