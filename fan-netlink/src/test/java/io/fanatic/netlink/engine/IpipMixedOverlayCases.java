package io.fanatic.netlink.engine;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.TunnelType;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Topology: that of {@link MixedOverlay}, over IPIP; on kernels that have it, by scripts/test-kernels. */
class IpipMixedOverlayCases {
    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    @Test
    void hostsWithAndWithoutTcxAndOneOfIproute2AloneReachEachOther() {
        KernelFeatures old = KernelFeatures.ofThisKernel().without(KernelFeature.TCX, KernelFeature.LOCAL_ADDRESS);
        MixedOverlay hosts = new MixedOverlay(namespaces, directory, old);
        hosts.upOurs("ipip", "no-nat");
        assertThat(shIn(hosts.host(1), "tc filter show dev ftun0 ingress")).contains("fan guard", "direct-action");
        hosts.plugContainers(24);
        hosts.upForeign(TunnelType.IPIP);
        hosts.assertAllPairsTalk();
        hosts.downOurs();
    }
}
