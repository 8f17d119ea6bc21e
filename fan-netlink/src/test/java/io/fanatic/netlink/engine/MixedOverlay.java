package io.fanatic.netlink.engine;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.LimitedKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Hosts of different making in one overlay, 250.0.0.0/8 on 10.0.0.0/16, each with one container:
 *
 * <pre>
 *   host 0   10.0.0.1   ours
 *   host 1   10.0.0.2   ours, as on an old kernel
 *   host 2   10.0.0.3   no program of ours: iproute2 alone, with a route for each of the other slices that says where it
 *                       goes ("encap ip", a lightweight tunnel), in the wire format of Ubuntu's fan
 *          \     |     /
 *           switch
 * </pre>
 */
final class MixedOverlay {
    static final int HOSTS = 3;
    private static final int FOREIGN = 2;
    private static final String FAN = "250.0.0.0/8";

    private final Path directory;
    private final List<KernelFeatures> features;
    private final List<Namespace> hosts = new ArrayList<>();
    private final List<Namespace> containers = new ArrayList<>();
    private final List<HostSnapshot> before = new ArrayList<>();

    MixedOverlay(FreshNamespace namespaces, Path directory, KernelFeatures old) {
        this.directory = directory;
        features = List.of(KernelFeatures.ofThisKernel(), old);
        Namespace underlay = namespaces.namespace();
        shIn(underlay, "ip link add sw type bridge");
        shIn(underlay, "ip link set sw up");
        for (int i = 0; i < HOSTS; i++) {
            Namespace host = namespaces.another();
            hosts.add(host);
            containers.add(namespaces.another());
            shIn(
                    underlay,
                    "ip link add p" + i + " type veth peer name u0 netns "
                            + host.network().getFileName());
            shIn(underlay, "ip link set p" + i + " master sw up");
            shIn(host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
            shIn(host, "ip link set lo up");
            shIn(host, "ip addr add 10.0.0." + (i + 1) + "/16 dev u0");
            shIn(host, "ip link set u0 up");
            before.add(host.call(HostSnapshot::take));
        }
    }

    Namespace host(int number) {
        return hosts.get(number);
    }

    <T> T on(int host, Function<Engine, T> work) {
        return hosts.get(host).call(() -> {
            Path state = directory.resolve("host" + host);
            try (Kernel kernel = LimitedKernel.of(state, features.get(host))) {
                return work.apply(new Engine(kernel));
            }
        });
    }

    /** Ours, with the fan's flags, and a container each. */
    void upOurs(String... flags) {
        List<String> words = new ArrayList<>(List.of(FAN, "10.0.0.0/16"));
        words.addAll(List.of(flags));
        for (int i = 0; i < FOREIGN; i++) {
            on(i, engine -> engine.up(FanEntry.parse(words)));
        }
    }

    /** @param prefix of the containers' addresses */
    void plugContainers(int prefix) {
        for (int i = 0; i < FOREIGN; i++) {
            plug(i, "fan-250", prefix);
        }
    }

    private void plug(int host, String bridge, int prefix) {
        Namespace container = containers.get(host);
        shIn(
                hosts.get(host),
                "ip link add c0 mtu 1400 type veth peer name eth0 mtu 1400 netns "
                        + container.network().getFileName());
        shIn(hosts.get(host), "ip link set c0 master " + bridge + " up");
        shIn(container, "ip addr add 250.0." + (host + 1) + ".2/" + prefix + " dev eth0");
        shIn(container, "ip link set eth0 up");
        shIn(container, "ip route add default via 250.0." + (host + 1) + ".1");
    }

    /** The third host: its containers on a bridge, and routes into a tunnel device that takes each packet's way from its route. */
    void upForeign(TunnelType type) {
        Namespace host = hosts.get(FOREIGN);
        shIn(host, "sysctl -qw net.ipv4.ip_forward=1");
        String key = "";
        if (type == TunnelType.VXLAN) {
            shIn(host, "ip link add ft mtu 1450 type vxlan external dstport 8472 nolearning");
            // What it asks by ARP and answers for its containers comes from its slice.
            shIn(host, "ip addr add 250.0.3.1/32 dev ft");
            shIn(host, "sysctl -qw net.ipv4.conf.ft.proxy_arp=1 net.ipv4.neigh.ft.proxy_delay=0");
            // Ubuntu's VNI is the overlay's network address without its last 8 bits.
            key = "id 16384000 ";
        } else {
            shIn(host, "ip link add ft mtu 1480 type ipip external");
        }
        shIn(host, "ip link set ft up");
        shIn(host, "ip link add br0 type bridge");
        shIn(host, "ip addr add 250.0.3.1/24 dev br0");
        shIn(host, "ip link set br0 up");
        for (int i = 1; i <= FOREIGN; i++) {
            shIn(
                    host,
                    "ip route add 250.0." + i + ".0/24 encap ip " + key + "dst 10.0.0." + i
                            + " ttl 64 dev ft src 250.0.3.1");
        }
        plug(FOREIGN, "br0", 24);
    }

    /** Every container and every other one: ping, and checksummed TCP in bulk. */
    void assertAllPairsTalk() {
        for (int from = 0; from < HOSTS; from++) {
            for (int to = 0; to < HOSTS; to++) {
                if (from != to) {
                    String address = "250.0." + (to + 1) + ".2";
                    TwoFans.ping(containers.get(from), address);
                    TwoFans.bulk(containers.get(from), containers.get(to), address);
                }
            }
        }
    }

    /** Takes ours down; both hosts are as they were. */
    void downOurs() {
        for (int i = 0; i < FOREIGN; i++) {
            shIn(hosts.get(i), "ip link del c0");
            on(i, Engine::downEverything);
            assertThat(before.get(i).changesTo(hosts.get(i).call(HostSnapshot::take)))
                    .isEmpty();
        }
    }
}
