package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.LimitedKernel;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bridge that Docker made for a fan, with IPv6, is as Docker left it when the fan does not come up. */
class AdoptedBridgeTest {
    @RegisterExtension
    final FreshNamespace hosts = new FreshNamespace();

    @TempDir
    Path directory;

    private Namespace host = Namespace.named("host");

    @BeforeEach
    void aBridgeOfDocker() {
        host = hosts.namespace();
        sh("ip link set lo up; sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0;"
                + " sysctl -qw net.ipv6.conf.default.accept_dad=1 net.ipv6.conf.default.accept_ra=1;"
                + " ip link add u0 type veth peer name u1; ip link set u1 up; ip link set u0 up; ip addr add 10.0.0.1/16 dev u0;"
                + " ip link add fan-250 type bridge; ip link set fan-250 mtu 1450 up; ip addr add 250.0.1.1/8 dev fan-250;"
                + " ip -6 addr add fe80::1/64 dev fan-250 nodad");
    }

    private String sh(String script) {
        return FreshNamespace.exec(host, "sh", "-e", "-c", script);
    }

    private String switches() {
        return sh("cd /proc/sys/net/ipv6/conf/fan-250; grep . disable_ipv6 forwarding accept_ra accept_dad");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "overlay6 fd00:fa::/48 | putIpv6 fd00:fa:0:1::1/64 on fan-250 | 0",
                "overlay6 fd00:fa::/48 | putIpv6 fd00:fa:0:1::1/64 on fan-250 | 1",
                "mtu 1400              | setAlias fan-250                     | 0",
            })
    void itIsAsBeforeWhenTheFanFails(String option, String failing, int forwarding) {
        sh("sysctl -qw net.ipv6.conf.fan-250.forwarding=" + forwarding);
        String before = switches();
        HostSnapshot snapshot = host.call(HostSnapshot::take);
        FanEntry fan = FanEntry.parse("250.0.0.0/8 10.0.0.1/16 " + option);
        assertThatThrownBy(() -> host.call(() -> {
                    try (Kernel kernel = LimitedKernel.of(directory, KernelFeatures.ofThisKernel())) {
                        return new Engine(StubbornKernel.thatRefuses(kernel, failing)).up(fan);
                    }
                }))
                .hasMessageContaining("undone");
        assertThat(switches()).isEqualTo(before);
        assertThat(snapshot.changesTo(host.call(HostSnapshot::take))).isEmpty();
    }
}
