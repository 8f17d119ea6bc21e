package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.DirectSegment.HERE;
import static io.fanatic.netlink.bpf.DirectSegment.HOST;
import static io.fanatic.netlink.bpf.DirectSegment.HOSTILE;
import static io.fanatic.netlink.bpf.DirectSegment.HOST_ADDRESS;
import static io.fanatic.netlink.bpf.DirectSegment.PEER;
import static io.fanatic.netlink.bpf.DirectSegment.PEER_ADDRESS;
import static io.fanatic.netlink.bpf.DirectSegment.THERE;
import static io.fanatic.netlink.bpf.DirectSegment.claim;
import static io.fanatic.netlink.bpf.DirectSegment.neighbours;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.MacAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a third host on the segment of {@link DirectSegment} reaches by ARP alone against a fan without encapsulation, and what not. */
@KernelTest
class DirectArpGamesTest {
    /** An underlay address that no host has, and a container that would be its. */
    private static final String NOBODY = "10.0.0.46";

    private static final String NOBODYS = "250.0.46.9";

    @TempDir
    Path directory;

    private DirectSegment segment;
    private PacketSocket out;

    @BeforeEach
    void bringTheFansUp() {
        Needs.direct();
        segment = new DirectSegment(directory);
        out = new PacketSocket(segment.hostile, "und");
    }

    @AfterEach
    void removeTheHosts() {
        if (segment != null) {
            out.close();
            segment.close();
        }
    }

    /** Claims of an address that nobody asked for. */
    private static List<byte[]> unasked(String address) {
        return List.of(
                claim(Frames.BROADCAST, 1, address, address),
                claim(Frames.BROADCAST, 2, address, address),
                claim(HOST, 2, address, HOST_ADDRESS));
    }

    private static byte[] question(String sender) {
        return claim(Frames.BROADCAST, 1, sender, HOST_ADDRESS);
    }

    // TESTING.md F35
    @Test
    void aClaimThatNobodyAskedForMakesNoNeighbour() {
        for (byte[] claim : unasked(NOBODY)) {
            out.send(claim);
            segment.isDropped(out, HOSTILE, NOBODYS, Counter.RECEIVE_NO_NEIGHBOUR);
        }
        assertThat(neighbours(segment.host, "und")).doesNotContainKey(NOBODY);
        segment.bulk();
    }

    /** The stated limit: the kernel believes the sender of a question for this host's address, of which it has no entry. */
    // TESTING.md F35
    @Test
    void theSenderOfAQuestionBecomesANeighbour() {
        segment.bulk();
        segment.isDropped(out, HOSTILE, NOBODYS, Counter.RECEIVE_NO_NEIGHBOUR);
        segment.believes(NOBODY, HOSTILE, () -> out.send(question(NOBODY)));
        segment.arrives(out, HOSTILE, NOBODYS);
        segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
        segment.bulk();
    }

    /** The stated limit, by each kind of claim; while it is believed, the owner's own packets are the spoofed ones. */
    // TESTING.md F35
    @Test
    void aClaimOfANeighboursAddressIsBelievedUntilTheNeighbourIsHeard() {
        segment.bulk();
        List<byte[]> claims = new ArrayList<>(unasked(PEER_ADDRESS));
        claims.add(question(PEER_ADDRESS));
        for (byte[] claim : claims) {
            segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
            segment.believes(PEER_ADDRESS, HOSTILE, () -> out.send(claim));
            segment.arrives(out, HOSTILE, THERE);
            segment.isDropped(out, PEER, THERE, Counter.RECEIVE_SPOOFED);
            segment.heard(PEER_ADDRESS);
        }
        segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
        segment.bulk();
    }

    /** The defence that docs/threat-model.md names. */
    // TESTING.md F35
    @Test
    void aPermanentNeighbourSurvivesEveryClaim() {
        segment.host.ip("neigh replace " + PEER_ADDRESS + " lladdr " + new MacAddress(PEER) + " dev und nud permanent");
        segment.bulk();
        for (int round = 0; round < 20; round++) {
            unasked(PEER_ADDRESS).forEach(out::send);
            out.send(question(PEER_ADDRESS));
            segment.isDropped(out, HOSTILE, THERE, Counter.RECEIVE_SPOOFED);
            segment.arrives(out, PEER, THERE);
        }
        assertThat(neighbours(segment.host, "und")).containsEntry(PEER_ADDRESS, new MacAddress(PEER).toString());
        segment.bulk();
    }

    // TESTING.md F35
    @Test
    void claimsOfOverlayAddressesOnTheUnderlayDoNotReachTheBridge() {
        segment.bulk();
        Map<String, String> hosts = neighbours(segment.host, "fan-250");
        Map<String, String> containers = neighbours(segment.container, "in");
        assertThat(hosts).containsKey(HERE);
        assertThat(containers).containsKey(THERE);
        for (String claimed : List.of(HERE, THERE, "250.0.57.1", NOBODYS)) {
            unasked(claimed).forEach(out::send);
            for (String target : List.of(HOST_ADDRESS, "250.0.57.1", HERE)) {
                out.send(claim(Frames.BROADCAST, 1, claimed, target));
            }
            segment.isDropped(out, HOSTILE, NOBODYS, Counter.RECEIVE_NO_NEIGHBOUR);
        }
        assertThat(neighbours(segment.host, "fan-250")).isEqualTo(hosts);
        assertThat(neighbours(segment.container, "in")).isEqualTo(containers);
        assertThat(segment.host.exec("bridge", "fdb", "show", "br", "fan-250"))
                .doesNotContain(new MacAddress(HOSTILE).toString());
        segment.bulk();
    }
}
