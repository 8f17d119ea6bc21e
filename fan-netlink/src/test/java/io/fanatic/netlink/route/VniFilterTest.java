package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class VniFilterTest {
    private static final int VNI = 16384000;
    private static final int PORT = 8472;

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    Links links;
    VniFilter filter;

    @BeforeEach
    void openFilter() {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.VNI_FILTER), "this kernel has no vni-filter");
        NetlinkSocket socket = inside.socket();
        links = new Links(socket);
        filter = new VniFilter(socket);
    }

    @Test
    void aVniIsAddedListedAndDeleted() {
        int tunnel = links.create(NewLink.externalVxlan("ftun-250", PORT, true).up());
        filter.add(tunnel, VNI);

        assertThat(filter.list()).containsExactly(new VniRange(tunnel, VNI, VNI));
        assertThat(inside.sh("bridge vni show dev ftun-250")).contains("16384000");
        filter.delete(tunnel, VNI);
        assertThat(filter.list()).isEmpty();
        assertThatThrownBy(() -> filter.delete(tunnel, VNI))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    @Test
    void neighbouringVnisAreOneRange() {
        int tunnel = links.create(NewLink.externalVxlan("ftun-250", PORT, true).up());
        filter.add(tunnel, 7);
        filter.add(tunnel, 8);
        filter.add(tunnel, 20);

        assertThat(filter.list()).containsExactlyInAnyOrder(new VniRange(tunnel, 7, 8), new VniRange(tunnel, 20, 20));
    }

    @Test
    void twoFansShareAPortButNotAVni() {
        int one = links.create(NewLink.externalVxlan("one", PORT, true).up());
        int two = links.create(NewLink.externalVxlan("two", PORT, true).up());
        filter.add(one, VNI);
        filter.add(two, VNI + 65536);

        assertThatThrownBy(() -> filter.add(two, VNI))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        assertThat(filter.list())
                .containsExactlyInAnyOrder(new VniRange(one, VNI, VNI), new VniRange(two, VNI + 65536, VNI + 65536));
    }
}
