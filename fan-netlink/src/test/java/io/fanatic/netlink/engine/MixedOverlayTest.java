package io.fanatic.netlink.engine;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Topology: that of {@link MixedOverlay}. */
class MixedOverlayTest {
    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    @Test
    void hostsWithAndWithoutAVniFilterAndOneOfIproute2AloneReachEachOther() {
        KernelFeatures old = KernelFeatures.ofThisKernel()
                .without(KernelFeature.VNI_FILTER, KernelFeature.TCX, KernelFeature.LOCAL_ADDRESS);
        MixedOverlay hosts = new MixedOverlay(namespaces, directory, old);
        hosts.upOurs();
        boolean filters = KernelFeatures.ofThisKernel().has(KernelFeature.VNI_FILTER);
        if (filters) {
            // A second fan on the port is what makes the first one's tunnel filter.
            hosts.on(0, engine -> engine.up(FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.0/16"))));
            assertThat(shIn(hosts.host(0), "ip -d link show ftun-250")).contains(" vnifilter");
        }
        assertThat(shIn(hosts.host(1), "ip -d link show ftun-250")).doesNotContain(" vnifilter");
        hosts.plugContainers(8);
        hosts.upForeign(TunnelType.VXLAN);
        hosts.assertAllPairsTalk();
        hosts.downOurs();
    }
}
