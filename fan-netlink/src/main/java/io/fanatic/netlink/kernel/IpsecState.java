package io.fanatic.netlink.kernel;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.route.SecurityAssociation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whom this host has keys with for the packets of an encrypted fan, and what IPsec dropped.
 *
 * @param peers other hosts, by address; those that it talks to
 * @param drops packets that IPsec dropped in this network namespace since it came up, of whatever connection, by the kernel's name for the
 *     reason, such as {@code XfrmInPolBlock}; without those that are 0
 */
public record IpsecState(List<Peer> peers, Map<String, Long> drops) {

    /**
     * Another host.
     *
     * @param underlay its underlay address
     * @param algorithm such as {@code AES-256-GCM}
     * @param since when the latest keys were made
     * @param sentBytes with all keys that are still there, without what ESP adds
     * @param sentPackets with all keys that are still there
     * @param receivedBytes with all keys that are still there, without what ESP adds
     * @param receivedPackets with all keys that are still there
     */
    public record Peer(
            Ipv4Address underlay,
            String algorithm,
            Instant since,
            long sentBytes,
            long sentPackets,
            long receivedBytes,
            long receivedPackets) {}

    private static final Map<String, String> SENTENCES = Map.of(
            "XfrmInPolBlock", "came in clear, and nothing decrypted here",
            "XfrmInTmplMismatch", "came in clear, or encrypted for something else",
            "XfrmInNoStates", "came encrypted by keys that this host does not have (any more)",
            "XfrmInStateProtoError", "came encrypted, and were changed on the way",
            "XfrmInStateSeqError", "came encrypted, a second time or very late",
            "XfrmOutPolBlock", "were not sent, as nothing encrypted them",
            "XfrmOutNoStates", "were not sent, as there were no keys for them",
            "XfrmOutStateExpired", "were not sent, as their keys had expired");

    /**
     * {@return what a reason to drop packets means, with the kernel's name for it}
     *
     * @param reason of {@link #drops}
     */
    public static String sentence(String reason) {
        String sentence = SENTENCES.get(reason);
        return sentence == null ? reason : sentence + " (" + reason + ")";
    }

    /**
     * {@return what the kernel has, by peer}
     *
     * @param associations of this host, both ways
     * @param own underlay addresses of this host
     * @param drops packets, by the kernel's names for the reasons
     */
    public static IpsecState of(
            List<SecurityAssociation> associations, List<Ipv4Address> own, Map<String, Long> drops) {
        Map<Ipv4Address, List<SecurityAssociation>> byPeer = new TreeMap<>();
        for (SecurityAssociation each : associations) {
            Ipv4Address peer = own.contains(each.source()) ? each.destination() : each.source();
            byPeer.computeIfAbsent(peer, address -> new ArrayList<>()).add(each);
        }
        List<Peer> peers = new ArrayList<>();
        byPeer.forEach((address, all) -> {
            SecurityAssociation latest = Collections.max(all, Comparator.comparing(SecurityAssociation::added));
            long[] sums = new long[4];
            for (SecurityAssociation each : all) {
                int first = each.destination().equals(address) ? 0 : 2;
                sums[first] += each.bytes();
                sums[first + 1] += each.packets();
            }
            peers.add(new Peer(address, latest.algorithm(), latest.added(), sums[0], sums[1], sums[2], sums[3]));
        });
        return new IpsecState(List.copyOf(peers), drops);
    }
}
