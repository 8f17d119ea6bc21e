package io.fanatic.cli.output;

import io.fanatic.cli.terminal.Screen;
import io.fanatic.cli.terminal.Wrap;
import io.fanatic.core.Counter;
import io.fanatic.netlink.health.Code;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the reasons of drops mean, and what to do about them, for {@code fanctl monitor --explain}. */
public final class DropText {
    private static final String KERNEL = "kernel";

    /** What the kernel drops without a fan's programs. */
    private static final String OF_THE_KERNEL = """
            What the kernel drops on the way is not dropped by a fan's programs, and so not shown by "fanctl
            monitor". These commands show it, each with what it is about:

              no answer to ARP, no neighbour    ip neighbour show dev fan-250; bridge fdb show br fan-250
              no route to the other host        ip route get ADDRESS
              the reverse path filter           nstat -az TcpExtIPReversePathFilter
              a packet that is too large        nstat -az IpFragFails; ip -s link show
              a rule of the firewall            nft monitor trace, after "nft add rule ... meta nftrace set 1"
              a full table of connections       conntrack -S, the column insert_failed and drop
              anything, by the kernel's reason  pwru --output-meta --filter-track-skb 'host ADDRESS'
                                                (github.com/cilium/pwru), or perf trace -e skb:kfree_skb

            Of what a fan's programs drop the kernel tells only TC_INGRESS or TC_EGRESS. "fanatic doctor --peer
            ADDRESS" tries all of the way and names what stops it.
            """;

    private DropText() {}

    /**
     * The reasons that a word names: {@code spoofed} in both directions, {@code receive-spoofed} in one.
     *
     * @throws IllegalArgumentException when it names none
     */
    public static Set<Counter> counters(String word) {
        Set<Counter> found = EnumSet.noneOf(Counter.class);
        Set<String> known = new TreeSet<>();
        for (Counter counter : Counter.values()) {
            if (counter.kind() != Counter.Kind.PASSED) {
                known.add(counter.reason());
                if (counter.reason().equals(word) || counter.label().equals(word)) {
                    found.add(counter);
                }
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + word + "\" is not a reason for a drop; there are " + String.join(", ", known));
        }
        return found;
    }

    /** What a reason means in each direction, and what to do; {@code kernel} for what the fan's programs have no part in. */
    public static String explain(String word) {
        if (word.equals(KERNEL)) {
            return OF_THE_KERNEL;
        }
        StringBuilder text = new StringBuilder();
        for (Counter counter : counters(word)) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(counter.reason())
                    .append(", ")
                    .append(counter.direction())
                    .append(": ")
                    .append(counter.sentence())
                    .append(".\n");
            for (String line : Wrap.lines("  ", "  ", advice(counter), Screen.WIDTH)) {
                text.append(line).append('\n');
            }
            List<String> codes = new ArrayList<>();
            codes(counter).forEach(code -> codes.add(code.word()));
            if (!codes.isEmpty()) {
                text.append("  fanatic doctor: ")
                        .append(String.join(", ", codes))
                        .append('\n');
            }
        }
        text.append("\n\"fanctl show --stats\" has the counts; ");
        if (counters(word).equals(EnumSet.of(Counter.SEND_KEY_REFUSED))) {
            // The monitor's programs come to it before the kernel is asked.
            return text.append("\"fanctl monitor\" does not see these frames.\n")
                    .toString();
        }
        return text.append("\"fanctl monitor --reason ")
                .append(word)
                .append("\" shows the frames.\n")
                .toString();
    }

    private static String advice(Counter counter) {
        return switch (counter) {
            case SENT, SENT_DIRECT, RECEIVED -> "Nothing is wrong.";
            case SEND_IPV6,
                    SEND_OTHER,
                    SEND_BROADCAST,
                    SEND_MULTICAST,
                    SEND_ARP_PROBE,
                    SEND_HOST_OTHER,
                    SEND_HOP_LIMIT -> "Every healthy fan drops these; there is nothing to do.";
            case SEND_OFF_OVERLAY ->
                "A container asks for an address outside the overlay, such as a router that is not there; mostly"
                        + " there is nothing to do.";
            case SEND_OWN_SLICE -> "The bridge has delivered it already; there is nothing to do.";
            case SEND_NO_HOST -> "No host can have this address; correct it in the program that sends there.";
            case SEND_MALFORMED, RECEIVE_MALFORMED ->
                "A program makes up packets, or a network card or a tunnel on the path damages them.";
            case SEND_VLAN, RECEIVE_VLAN -> "Take the VLAN off the interface; a fan carries untagged frames only.";
            case SEND_SPOOFED ->
                "A container has an address that is not of this host's slice, such as one that it kept from another host or"
                        + " network, or sends what is not its own. Give it an address of the slice.";
            case SEND_HOST_SPOOFED ->
                "As for spoofed, but the packet was for the host itself or to be routed by it. A container that routes for"
                        + " others has to masquerade what it forwards.";
            case SEND_KEY_REFUSED ->
                "The kernel has no memory left, or is one that this release does not know; \"fanatic doctor --bundle FILE\""
                        + " collects what a bug report needs.";
            case RECEIVE_IPV6 ->
                "The sender's fan has an IPv6 overlay; give this host the same, by fanctl up --overlay6.";
            case RECEIVE_HOP_LIMIT, RECEIVE_OTHER, RECEIVE_BROADCAST, RECEIVE_MULTICAST ->
                "No fan sends this: the sender has other software on the tunnel's port, or forges packets.";
            case RECEIVE_ARP_PROBE -> "Hosts with the Ubuntu fan send these; there is nothing to do.";
            case RECEIVE_SPOOFED ->
                "The host that sent it does not own the sender's address: two hosts differ in -u or -o, or a host has a new"
                        + " underlay address, or somebody forges packets. Compare \"fanctl show\" on both; --underlay-only keeps"
                        + " out who is not in the underlay.";
            case RECEIVE_NOT_LOCAL ->
                "It is for another host's container: the sender's fan has another -u or -o, or this host had another"
                        + " underlay address until recently.";
            case RECEIVE_NO_KEY ->
                "It came over IPv6 or from no tunnel; the sender has other software on the tunnel's port.";
            case RECEIVE_OTHER_VNI ->
                "The sender has the fan with another --vni, or has another fan on the same port; give all hosts the same.";
            case RECEIVE_NO_NEIGHBOUR ->
                "Ping the sender's underlay address from here: that makes the entry, which \"ip neighbour\" shows. If they come"
                        + " again, the table is too small for the segment: raise net.ipv4.neigh.default.gc_thresh1.";
            case RECEIVE_NESTED ->
                "The sender has IPIP inside IPIP, which no fan sends; it may be trying to get past guard.";
        };
    }

    /** What of the doctor's is about the same. */
    private static List<Code> codes(Counter counter) {
        return switch (counter) {
            case SEND_SPOOFED, SEND_HOST_SPOOFED -> List.of(Code.DROPS, Code.ADDRESS_SLICE);
            case RECEIVE_SPOOFED, RECEIVE_NOT_LOCAL -> List.of(Code.DROPS, Code.DUPLICATE_ADDRESS, Code.PEER);
            case RECEIVE_OTHER_VNI, RECEIVE_NO_KEY -> List.of(Code.DROPS, Code.PEER);
            case SEND_OFF_OVERLAY -> List.of(Code.CONTAINER_ROUTE);
            default -> counter.kind() == Counter.Kind.SUSPICIOUS ? List.of(Code.DROPS) : List.of();
        };
    }
}
