package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Our nftables table {@code ip fanatic-tunnel}: nothing that this host forwards leaves it as a packet of its tunnel. Where
 * it has to, it also keeps rules of others from dropping connections of which the firewall sees one direction only.
 *
 * <pre>
 *   table ip fanatic-tunnel {
 *       comment "made by fanatic(8), do not edit"
 *       chain postrouting {
 *           type filter hook postrouting priority srcnat + 10
 *           iif 0 accept
 *           meta iifkind "vxlan" accept
 *           meta iifkind "ipip" accept
 *           ip saddr 10.0.0.45 udp dport 8472 counter drop
 *       }
 *       chain half-seen {
 *           type filter hook forward priority filter - 10
 *           iifname "fan-250" oifname "fan-250" ct state invalid counter notrack
 *       }
 *   }
 * </pre>
 *
 * <p>What a container sends to another host's underlay address is masqueraded: it leaves with the address of this host, and a VXLAN frame in a
 * UDP datagram to the tunnel's port would be believed there as a frame of this host's slice, whatever process wrote it. The chain stands behind all
 * translation of sources, so it sees what leaves and need not know who is translated: a forwarded packet that has our own address in
 * this place is such a one, and no honest one is. The first three rules let pass what was not forwarded: the kernel names no input device for
 * what processes here send, and the tunnel itself for what that has wrapped.
 *
 * <p>The second chain is there only for bridges of fans without encapsulation whose frames meet a rule such as {@code ct state invalid drop}: what such a
 * fan receives goes past the firewall, so conntrack calls the answers invalid. Before these rules they become untracked. What belongs to a
 * connection that conntrack knows, such as that to a published port, is not invalid and stays tracked.
 */
public final class TunnelTable extends OwnTable<TunnelTable.Entry> {
    /** Of the table, without its family. */
    public static final String NAME = "fanatic-tunnel";

    private static final int PRIORITY = 110;
    private static final String CHAIN = "type filter hook postrouting priority " + PRIORITY + "; policy accept;";
    private static final int OWN_PACKETS = 3;

    /** Rules with a higher priority than this get what bridges forward after ours. */
    public static final int HALF_SEEN_PRIORITY = -10;

    /** What the text of such an entry ends with. */
    public static final String UNTRACKED = " (untracked)";

    private static final String HALF_SEEN = "half-seen";
    /** How nft writes protocol 4. */
    private static final Set<String> IPIP = Set.of("4", "ipencap", "ipip", "ipv4");

    /** What the table is made for. */
    public sealed interface Entry {
        /**
         * Packets that only a tunnel may send.
         *
         * @param source an underlay address of this host
         * @param port the UDP port that they go to; empty for IPIP
         */
        record Tunnel(Ipv4Address source, OptionalInt port) implements Entry {
            /** {@code UDP port 8472 from 10.0.0.45}. */
            @Override
            public String toString() {
                return (port.isEmpty() ? "IPIP" : "UDP port " + port.getAsInt()) + " from " + source;
            }

            // Written out to start fast, see Ipv4Address.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Tunnel that && port.equals(that.port) && source.equals(that.source);
            }

            @Override
            public int hashCode() {
                return Objects.hash(source, port);
            }
        }

        /**
         * Half-seen connections over a bridge, which are to be untracked.
         *
         * @param bridge a fan's
         */
        record HalfSeen(String bridge) implements Entry {
            @Override
            public String toString() {
                return "half-seen connections over " + bridge + UNTRACKED;
            }

            // Likewise.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof HalfSeen that && bridge.equals(that.bridge);
            }

            @Override
            public int hashCode() {
                return bridge.hashCode();
            }
        }

        /** What no fan can want. */
        enum Other implements Entry {
            /** Stands for what somebody has done to our table by hand. */
            CHANGED_BY_HAND;

            @Override
            public String toString() {
                return "what was changed by hand";
            }
        }
    }

    /**
     * The table in the namespace of a handle.
     *
     * @param nftables stays open, and the caller's
     */
    public TunnelTable(Nftables nftables) {
        super(nftables, "ip " + NAME, Entry.Other.CHANGED_BY_HAND);
    }

    @Override
    String chains(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        text.append(" chain postrouting {\n  ").append(CHAIN).append("\n  ");
        rule(text, "iif 0 accept");
        rule(text, "  meta iifkind \"vxlan\" accept");
        rule(text, "  meta iifkind \"ipip\" accept");
        StringBuilder halfSeen = new StringBuilder();
        for (Entry entry : entries) {
            if (entry instanceof Entry.HalfSeen of) {
                String bridge = "name \"" + of.bridge() + '"';
                rule(halfSeen, "  iif" + bridge + " oif" + bridge + " ct state invalid counter notrack");
            } else if (entry instanceof Entry.Tunnel tunnel) {
                text.append("  ip saddr ").append(tunnel.source());
                rule(
                        text,
                        (tunnel.port().isEmpty()
                                        ? " ip protocol 4"
                                        : " udp dport " + tunnel.port().getAsInt()) + " counter drop");
            }
        }
        text.append(" }\n");
        if (halfSeen.length() > 0) {
            text.append(" chain " + HALF_SEEN + " {\n  type filter hook forward priority " + HALF_SEEN_PRIORITY
                            + "; policy accept;\n")
                    .append(halfSeen)
                    .append(" }\n");
        }
        return text.toString();
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json);
    }

    static Observed<Entry> parse(String json) {
        Observed<Entry> tunnels = parse(json, Map.of("postrouting", TunnelTable::isOurChain), TunnelTable::readRules);
        return tunnels.state() != State.CHANGED
                ? tunnels
                : parse(
                        json,
                        Map.of(
                                "postrouting",
                                TunnelTable::isOurChain,
                                HALF_SEEN,
                                chain -> isAt(chain, "filter", "forward", HALF_SEEN_PRIORITY)),
                        (chains, entries) -> readRules(chains, entries) && readHalfSeen(chains, entries));
    }

    private static boolean readHalfSeen(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault(HALF_SEEN, List.of());
        try {
            for (JsonElement rule : rules) {
                JsonArray parts = parts(rule, 5);
                String bridge = device(parts.get(0), "iifname");
                if (!device(parts.get(1), "oifname").equals(bridge)
                        || !isInvalid(parts.get(2))
                        || !parts.get(3).getAsJsonObject().has("counter")
                        || !parts.get(4).getAsJsonObject().has("notrack")) {
                    return false;
                }
                entries.add(new Entry.HalfSeen(bridge));
            }
            // Replacing the table leaves the chain there without rules.
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static String device(JsonElement part, String key) {
        JsonObject match = part.getAsJsonObject().getAsJsonObject("match");
        String found = text(match.getAsJsonObject("left").getAsJsonObject("meta"), "key");
        if (!text(match, "op").equals("==") || !found.equals(key)) {
            throw new IllegalArgumentException("another match");
        }
        return match.get("right").getAsString();
    }

    private static boolean isOurChain(JsonObject chain) {
        return isAt(chain, "filter", "postrouting", PRIORITY);
    }

    private static boolean readRules(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault("postrouting", List.of());
        try {
            if (rules.size() < OWN_PACKETS
                    || !accepts(rules.get(0), "iif", "0")
                    || !accepts(rules.get(1), "iifkind", "vxlan")
                    || !accepts(rules.get(2), "iifkind", "ipip")) {
                return false;
            }
            for (JsonElement rule : rules.subList(OWN_PACKETS, rules.size())) {
                entries.add(entry(rule));
            }
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static boolean accepts(JsonElement rule, String key, String value) {
        JsonArray parts = parts(rule, 2);
        JsonObject match = parts.get(0).getAsJsonObject().getAsJsonObject("match");
        return text(match, "op").equals("==")
                && text(match.getAsJsonObject("left").getAsJsonObject("meta"), "key")
                        .equals(key)
                && text(match, "right").equals(value)
                && parts.get(1).getAsJsonObject().has("accept");
    }

    private static Entry entry(JsonElement rule) {
        JsonArray parts = parts(rule, 4);
        JsonObject match = parts.get(1).getAsJsonObject().getAsJsonObject("match");
        JsonObject payload = match.getAsJsonObject("left").getAsJsonObject("payload");
        boolean udp = text(payload, "protocol").equals("udp")
                && text(payload, "field").equals("dport");
        boolean ipip = text(payload, "protocol").equals("ip")
                && text(payload, "field").equals("protocol")
                && IPIP.contains(text(match, "right"));
        if (!text(match, "op").equals("==")
                || !(udp || ipip)
                || !parts.get(2).getAsJsonObject().has("counter")
                || !parts.get(3).getAsJsonObject().has("drop")) {
            throw new IllegalArgumentException("another rule");
        }
        Ipv4Address source = ((Ipv4Prefix) network(parts.get(0).getAsJsonObject(), "==", "saddr")).network();
        return new Entry.Tunnel(source, udp ? OptionalInt.of(match.get("right").getAsInt()) : OptionalInt.empty());
    }
}
