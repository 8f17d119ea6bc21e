package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import io.fanatic.netlink.host.DeviceStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The same hostile host against a fan on the fast path: what arrives, what is dropped and under which reason it is counted must not differ. Few
 * hosts send what is good, so that packets vouch for others.
 */
@KernelTest
class FastHostileIpv6HostTest extends HostileIpv6HostTest {
    private static final int PACKETS = 50;

    @Override
    List<String> flags() {
        return List.of();
    }

    @Override
    int senders() {
        return 4;
    }

    @AfterEach
    void theFanIsOnTheFastPath() {
        for (Fan fan : network().list()) {
            assertThat(network().path(fan)).isEqualTo(new FanPath(Optional.of("und"), Optional.empty()));
        }
    }

    @Override
    @Test
    void goodIpv6OfAHostileHostArrivesAndBadIsCountedByReason() {
        super.goodIpv6OfAHostileHostArrivesAndBadIsCountedByReason();
        long all = counted(false).values().stream().mapToLong(Long::longValue).sum();
        assertThat(DeviceStatistics.received(host.namespace(), "ftun-250"))
                .as("came by the kernel's device")
                .isLessThan(all);
    }

    /** A policy of drop for what is forwarded, as Docker sets it, must not stop what the fan gives to containers. */
    @Test
    void whereBridgedIpv6PassesTheFirewallContainersGetItTheKernelsWay() {
        assumeTrue(Files.exists(Path.of("/proc/sys/net/bridge")), "this kernel has no br_netfilter");
        host.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-ip6tables=1");
        host.exec("nft", "add table ip6 closed");
        host.exec("nft", "add chain ip6 closed forward { type filter hook forward priority 0; policy drop; }");
        assertThat(network().up(entry()).lines()).anyMatch(line -> line.contains("guard of the fast path"));
        assertThat(network().up(entry()).lines()).isEmpty();
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            for (int i = 0; i < PACKETS; i++) {
                Forged packet = honest();
                byte[] wanted = Arrays.copyOfRange(packet.inner(), 14, packet.inner().length);
                out.send(packet.frame());
                in.receive("packet " + i, frame -> Arrays.equals(frame, 14, frame.length, wanted, 0, wanted.length));
            }
        }
    }

    private static FanEntry entry() {
        return FanEntry.parse("250.0.0.0/8 10.0.0.57/16 overlay6 fd00:fa::/48");
    }
}
