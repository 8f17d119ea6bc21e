package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.DirectSegment.HOSTILE;
import static io.fanatic.netlink.bpf.DirectSegment.HOST_ADDRESS;
import static io.fanatic.netlink.bpf.DirectSegment.PEER;
import static io.fanatic.netlink.bpf.DirectSegment.PEER_ADDRESS;
import static io.fanatic.netlink.bpf.DirectSegment.THERE;
import static io.fanatic.netlink.bpf.DirectSegment.neighbours;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A third host on the segment of {@link DirectSegment} that fills the neighbour table, which all namespaces share: not among
 * other tests, but in a guest of KernelSuite.
 */
@KernelTest
class DirectArpFloodCases {
    private static final Path LIMIT = Path.of("/proc/sys/net/ipv4/neigh/default/gc_thresh3");
    private static final int BATCH = 100;

    @TempDir
    Path directory;

    private DirectSegment segment;
    private PacketSocket out;
    private int limit;
    private int claims;

    @BeforeEach
    void bringTheFansUp() throws IOException {
        Needs.direct();
        limit = Integer.parseInt(Files.readAllLines(LIMIT).get(0));
        segment = new DirectSegment(directory);
        out = new PacketSocket(segment.hostile, "und");
        segment.bulk();
    }

    @AfterEach
    void removeTheHosts() {
        if (segment != null) {
            out.close();
            segment.close();
        }
    }

    /** Questions for the host's address, each with a sender of its own that no host has. */
    private void flood() {
        for (int i = 0; i < BATCH; i++) {
            claims++;
            String sender = "172." + (16 + (claims >> 16)) + "." + (claims >> 8 & 255) + "." + (claims & 255);
            out.send(DirectSegment.claim(Frames.BROADCAST, 1, sender, HOST_ADDRESS));
        }
    }

    /** Until the host has forgotten a neighbour that it has not asked or answered for a while. */
    private void floodUntilForgotten(String address) {
        String stale = "neigh replace " + address + " lladdr " + new MacAddress(PEER) + " dev und nud stale";
        segment.host.ip(stale);
        DirectSegment.await("the host has forgotten " + address, () -> {
            flood();
            String entry = segment.host.exec("ip", "neigh", "show", address, "dev", "und");
            if (!entry.isBlank() && !entry.contains("STALE")) {
                // The last packets of a connection had the host ask it again.
                segment.host.ip(stale);
            }
            return entry.isBlank();
        });
    }

    /** The stated limit: a full table forgets whom the host has not answered for a while. It gets in nothing of the hostile host. */
    // TESTING.md F35
    @Test
    void aFloodOfClaimsMakesTheHostForgetANeighbourUntilItAsksAgain() {
        floodUntilForgotten(PEER_ADDRESS);
        assertThat(neighbours(segment.host, "und").size()).isBetween(limit / 2, limit);
        segment.isDropped(out, PEER, THERE, Counter.RECEIVE_NO_NEIGHBOUR);
        segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_NO_NEIGHBOUR);
        segment.heard(PEER_ADDRESS);
        segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
        segment.bulk();
    }

    /** The defence that docs/threat-model.md names. */
    // TESTING.md F35
    @Test
    void permanentNeighboursSurviveAFloodOfClaims() {
        String permanent = " dev und nud permanent";
        segment.host.ip("neigh replace " + PEER_ADDRESS + " lladdr " + new MacAddress(PEER) + permanent);
        segment.peer.ip("neigh replace " + HOST_ADDRESS + " lladdr " + new MacAddress(DirectSegment.HOST) + permanent);
        floodUntilForgotten("10.0.0.46");
        assertThat(neighbours(segment.host, "und").size()).isBetween(limit / 2, limit);
        segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
        segment.arrives(out, PEER, THERE);
        segment.bulk();
        segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
    }
}
