package io.fanatic.netlink.engine;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.LimitedKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.zip.CRC32;

/**
 * Two hosts with a fan each and a container in it, made with nothing but iproute2 and sockets of Java, so that they can be had on any kernel
 * and any architecture:
 *
 * <pre>
 *   host 0   u0 10.0.0.1/16 ---------- u0 10.0.0.2/16   host 1
 *        bridge fan-250                    bridge fan-250
 *              | c0                              | c0
 *   container 0   eth0 250.0.1.2     container 1   eth0 250.0.2.2
 * </pre>
 */
public final class TwoFans {
    static final int BULK = 4 << 20;
    private static final int MILLIS = 20_000;

    private final Path directory;
    private final List<KernelFeatures> features;
    private final List<Namespace> hosts = new ArrayList<>();
    private final List<Namespace> containers = new ArrayList<>();
    private final List<HostSnapshot> before = new ArrayList<>();

    /** @param features what the kernel of each of the two hosts is said to have */
    TwoFans(FreshNamespace namespaces, Path directory, KernelFeatures first, KernelFeatures second) {
        this(namespaces, directory, first, second, "true", "u0");
    }

    /**
     * The same on another device.
     *
     * @param make a script that makes it over u0
     * @param device its name
     */
    TwoFans(
            FreshNamespace namespaces,
            Path directory,
            KernelFeatures first,
            KernelFeatures second,
            String make,
            String device) {
        this.directory = directory;
        features = List.of(first, second);
        hosts.add(namespaces.namespace());
        hosts.add(namespaces.another());
        shIn(
                hosts.get(0),
                "ip link add u0 type veth peer name u0 netns "
                        + hosts.get(1).network().getFileName());
        for (int i = 0; i < 2; i++) {
            Namespace host = hosts.get(i);
            containers.add(namespaces.another());
            shIn(host, "ip link set lo up");
            shIn(host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
            FreshNamespace.exec(host, "sh", "-e", "-c", make);
            shIn(host, "ip addr add 10.0.0." + (i + 1) + "/16 dev " + device);
            shIn(host, "ip link set u0 up");
            shIn(host, "ip link set " + device + " up");
            before.add(host.call(HostSnapshot::take));
        }
    }

    Namespace host(int number) {
        return hosts.get(number);
    }

    Namespace container(int number) {
        return containers.get(number);
    }

    <T> T on(int host, Function<Engine, T> work) {
        return withKernel(host, kernel -> work.apply(new Engine(kernel)));
    }

    <T> T withKernel(int host, Function<Kernel, T> work) {
        return hosts.get(host).call(() -> {
            Path state = directory.resolve("host" + host);
            try (Kernel kernel = LimitedKernel.of(state, features.get(host))) {
                return work.apply(kernel);
            }
        });
    }

    /** Brings the fan up on both hosts; what the plan of the first says beside its changes. */
    List<String> up(String... entry) {
        FanEntry fan = FanEntry.parse(List.of(entry));
        List<String> notes = on(0, engine -> engine.up(fan)).notes();
        on(1, engine -> engine.up(fan));
        return notes;
    }

    /** Plugs a container into each host's bridge, as a container engine does. */
    void plugContainers(String bridge, String overlay) {
        String octet = overlay.substring(0, overlay.indexOf('.'));
        String prefix = overlay.substring(overlay.indexOf('/'));
        for (int i = 0; i < 2; i++) {
            shIn(
                    hosts.get(i),
                    "ip link add c0 mtu 1400 type veth peer name eth0 mtu 1400 netns "
                            + containers.get(i).network().getFileName());
            shIn(hosts.get(i), "ip link set c0 master " + bridge + " up");
            shIn(containers.get(i), "ip addr add " + octet + ".0." + (i + 1) + ".2" + prefix + " dev eth0");
            shIn(containers.get(i), "ip link set eth0 up");
            shIn(containers.get(i), "ip route add default via " + octet + ".0." + (i + 1) + ".1");
        }
    }

    void unplugContainers() {
        hosts.forEach(host -> shIn(host, "ip link del c0"));
    }

    /** Ping, and checksummed TCP in bulk both ways, between the containers. */
    void assertContainersTalk(String overlay) {
        String octet = overlay.substring(0, overlay.indexOf('.'));
        ping(containers.get(0), octet + ".0.2.2");
        ping(containers.get(1), octet + ".0.1.2");
        bulk(containers.get(0), containers.get(1), octet + ".0.2.2");
        bulk(containers.get(1), containers.get(0), octet + ".0.1.2");
    }

    static void ping(Namespace from, String address) {
        shIn(from, "ping -c 2 -i 0.2 -W 5 " + address);
    }

    /** Sends random bytes over one TCP connection; who receives them sends back their checksum. */
    public static void bulk(Namespace from, Namespace to, String address) {
        byte[] data = new byte[BULK];
        new Random(4711).nextBytes(data);
        CRC32 sum = new CRC32();
        sum.update(data);
        ServerSocket server = to.call(() -> {
            ServerSocket listening = new ServerSocket();
            listening.bind(new InetSocketAddress(address, 0));
            listening.setSoTimeout(MILLIS);
            return listening;
        });
        try (server) {
            int port = server.getLocalPort();
            CompletableFuture<Long> received = CompletableFuture.supplyAsync(() -> receive(server));
            long answered = from.call(() -> {
                try (Socket socket = new Socket()) {
                    socket.setSoTimeout(MILLIS);
                    socket.connect(new InetSocketAddress(address, port), MILLIS);
                    socket.getOutputStream().write(data);
                    socket.shutdownOutput();
                    return Long.parseLong(new String(socket.getInputStream().readAllBytes(), "US-ASCII"));
                }
            });
            assertThat(received.join()).as("checksum at %s", address).isEqualTo(sum.getValue());
            assertThat(answered).isEqualTo(sum.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long receive(ServerSocket server) {
        CRC32 sum = new CRC32();
        byte[] buffer = new byte[1 << 16];
        try (Socket socket = server.accept();
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            socket.setSoTimeout(MILLIS);
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum.update(buffer, 0, n);
            }
            out.write(Long.toString(sum.getValue()).getBytes("US-ASCII"));
            return sum.getValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the fan down on both hosts, and compares with what they were. */
    void down(String... overlays) {
        for (int i = 0; i < 2; i++) {
            for (String overlay : overlays) {
                on(i, engine -> engine.down(Ipv4Prefix.parse(overlay), UnderlaySpec.parse("10.0.0.0/16")));
            }
            assertThat(before.get(i).changesTo(hosts.get(i).call(HostSnapshot::take)))
                    .isEmpty();
        }
    }
}
