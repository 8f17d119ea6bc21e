package io.fanatic.netlink.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The neighbour table, which all namespaces share, is filled: not among other tests, but in a guest of KernelSuite. */
class NeighbourTableCases {
    private static final Path NEIGHBOURS = Path.of("/proc/sys/net/ipv4/neigh/default");
    private static final List<String> KEYS = List.of("gc_thresh3", "gc_thresh2");

    @RegisterExtension
    final FreshNamespace hosts = new FreshNamespace();

    @TempDir
    Path directory;

    private final AtomicBoolean enough = new AtomicBoolean();
    private String limits = "";
    private Namespace host = Namespace.named("host");
    private Namespace container = Namespace.named("container");
    private Namespace other = Namespace.named("other");

    /** Of a machine of its own: the fewer, the sooner it is full. */
    @BeforeEach
    void aSmallTable() throws IOException {
        for (String key : KEYS) {
            limits += Files.readString(NEIGHBOURS.resolve(key));
            Files.writeString(NEIGHBOURS.resolve(key), "200");
        }
    }

    @AfterEach
    void theTableAsItWas() throws IOException {
        List<String> before = limits.lines().toList();
        for (int i = 0; i < before.size(); i++) {
            Files.writeString(NEIGHBOURS.resolve(KEYS.get(i)), before.get(i));
        }
    }

    @BeforeEach
    void aFanWithTwoContainers() {
        host = hosts.namespace();
        container = hosts.another();
        other = hosts.another();
        sh(host, "ip link set lo up; ip link add u0 type veth peer name u1; ip link set u1 up; ip link set u0 up");
        sh(host, "ip addr add 10.0.0.1/16 dev u0");
        FanNetwork.onThisHost()
                .in(host)
                .keepingStateIn(directory.resolve("run"), directory.resolve("state"))
                .up(FanEntry.parse("250.0.0.0/8 10.0.0.1/16 no-nat"));
        plug(container, "v1", "250.0.1.2/8");
        plug(other, "v2", "250.0.1.3/8");
    }

    private void plug(Namespace box, String port, String address) {
        sh(
                host,
                "ip link add " + port + " type veth peer name eth0 netns "
                        + box.network().getFileName() + "; ip link set " + port + " master fan-250 up");
        sh(box, "ip link set eth0 up; ip addr add " + address + " dev eth0");
    }

    private static String sh(Namespace inside, String script) {
        return FreshNamespace.exec(inside, "sh", "-e", "-c", script);
    }

    private List<Finding> findings() {
        return host
                .call(() -> Health.onThisHost()
                        .keepingStateIn(directory.resolve("run"), directory.resolve("state"))
                        .examine())
                .findings()
                .stream()
                .filter(finding -> finding.code() == Code.NEIGHBOURS_FULL)
                .toList();
    }

    /** A container that sends to thousands of addresses that nobody has, again and again. */
    private boolean ask() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
            for (int i = 0; !enough.get(); i = (i + 1) & 0xffff) {
                try {
                    channel.send(
                            ByteBuffer.wrap(new byte[1]),
                            new InetSocketAddress("250.77." + (i >> 8) + "." + (i & 255), 9));
                } catch (IOException full) {
                    assertThat(full).hasMessage("No buffer space available");
                }
            }
        }
        return true;
    }

    @Test
    void aContainerThatAsksForThousandsOfAddressesIsNamed() throws Exception {
        assertThat(findings()).isEmpty();
        FutureTask<Boolean> asking = new FutureTask<>(() -> container.call(this::ask));
        new Thread(asking).start();
        try {
            long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            List<Finding> found = findings();
            while (!isError(found)) {
                assertThat(System.nanoTime() - end)
                        .as("%s, found %s", sh(host, "ip -s ntable"), found)
                        .isNegative();
                found = findings();
            }
            assertThat(found.get(0).evidence())
                    .anySatisfy(
                            line -> assertThat(line).contains("most of those seen", "the container behind v1 (eth0)"));
        } finally {
            enough.set(true);
        }
        assertThat(asking.get()).isTrue();
    }

    private static boolean isError(List<Finding> found) {
        return found.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
    }
}
