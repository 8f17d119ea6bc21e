package io.fanatic.netlink.engine;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanEntry;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.bpf.BpfFeatures;
import io.fanatic.netlink.bpf.Counter;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A kernel without tcx and without a tunnel key's local address: the same fan through clsact, for one underlay address. */
class ClsactTest {
    private static final BpfFeatures OLD = new BpfFeatures(false, false);

    @RegisterExtension
    final FreshNamespace hosts = new FreshNamespace();

    @TempDir
    Path directory;

    private <T> T on(Namespace host, Function<Engine, T> work) {
        return host.call(() -> {
            Path state = directory.resolve(host.network().getFileName());
            try (Kernel kernel = new LinuxKernel(state, state, OLD)) {
                return work.apply(new Engine(kernel));
            }
        });
    }

    @Test
    void aFanWorksAndGoesWithoutTcx() {
        Namespace a = hosts.namespace();
        Namespace b = hosts.another();
        hosts.sh("ip link add u0 type veth peer name u0 netns " + b.network().getFileName());
        for (Namespace host : List.of(a, b)) {
            shIn(host, "ip link set lo up");
            shIn(host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
            shIn(host, "ip addr add " + (host.equals(a) ? "10.0.0.1" : "10.0.0.2") + "/16 dev u0");
            shIn(host, "ip link set u0 up");
        }
        HostSnapshot before = a.call(HostSnapshot::take);
        FanEntry entry = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));
        on(a, engine -> engine.up(entry));
        on(b, engine -> engine.up(entry));

        shIn(a, "ping -c 2 -i 0.2 -W 2 250.0.2.1");
        assertThat(shIn(a, "tc filter show dev ftun-250 ingress")).contains("fan guard", "direct-action");
        assertThat(on(a, engine -> engine.up(entry)).isEmpty()).isTrue();
        long received = a.call(() -> {
            try (Kernel kernel = new LinuxKernel(directory, directory, OLD)) {
                return kernel.counters("ftun-250").get(Counter.RECEIVED);
            }
        });
        assertThat(received).isGreaterThanOrEqualTo(2);

        shIn(a, "tc filter del dev ftun-250 ingress");
        assertThat(on(a, engine -> engine.up(entry)).lines()).hasSize(1);
        shIn(a, "ping -c 1 -W 2 250.0.2.1");

        on(a, engine -> engine.down(Cidr.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.0.0/16")));
        assertThat(before.changesTo(a.call(HostSnapshot::take))).isEmpty();
    }
}
