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
 * Our nftables table {@code ip fanatic-tunnel}: nothing that this host forwards leaves it as a packet of its tunnel.
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
 *   }
 * </pre>
 *
 * <p>What a container sends to another host's underlay address is masqueraded: it leaves with the address of this host, and a VXLAN frame in a
 * UDP datagram to the tunnel's port would be believed there as a frame of this host's slice, whatever process wrote it. The chain stands behind all
 * translation of sources, so it sees what leaves and need not know who is translated: a forwarded packet that has our own address in
 * this place is such a one, and no honest one is. The first three rules let pass what was not forwarded: the kernel names no input device for
 * what processes here send, and the tunnel itself for what that has wrapped.
 */
public final class TunnelTable extends OwnTable<TunnelTable.Entry> {
    /** Of the table, without its family. */
    public static final String NAME = "fanatic-tunnel";

    private static final int PRIORITY = 110;
    private static final String CHAIN = "type filter hook postrouting priority " + PRIORITY + "; policy accept;";
    private static final int OWN_PACKETS = 3;
    /** How nft writes protocol 4. */
    private static final Set<String> IPIP = Set.of("4", "ipencap", "ipip", "ipv4");

    /**
     * Where the packets of a tunnel come from and what they are.
     *
     * @param source an underlay address of this host
     * @param port the UDP port that they go to; empty for IPIP
     */
    public record Entry(Ipv4Address source, OptionalInt port) {
        /** Stands for what somebody has done to our table by hand; no fan can want it. */
        public static final Entry OTHER = new Entry(Ipv4Address.of(0), OptionalInt.empty());

        /** {@code UDP port 8472 from 10.0.0.45}. */
        @Override
        public String toString() {
            if (equals(OTHER)) {
                return "what was changed by hand";
            }
            return (port.isEmpty() ? "IPIP" : "UDP port " + port.getAsInt()) + " from " + source;
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry that && port.equals(that.port) && source.equals(that.source);
        }

        @Override
        public int hashCode() {
            return Objects.hash(source, port);
        }
    }

    /**
     * The table in the namespace of a handle.
     *
     * @param nftables stays open, and the caller's
     */
    public TunnelTable(Nftables nftables) {
        super(nftables, "ip " + NAME, Entry.OTHER);
    }

    @Override
    String chains(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        text.append(" chain postrouting {\n  ").append(CHAIN).append("\n  ");
        rule(text, "iif 0 accept");
        rule(text, "  meta iifkind \"vxlan\" accept");
        rule(text, "  meta iifkind \"ipip\" accept");
        for (Entry entry : entries) {
            text.append("  ip saddr ").append(entry.source());
            rule(
                    text,
                    (entry.port().isEmpty()
                                    ? " ip protocol 4"
                                    : " udp dport " + entry.port().getAsInt()) + " counter drop");
        }
        return text.append(" }\n").toString();
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json);
    }

    static Observed<Entry> parse(String json) {
        return parse(json, Map.of("postrouting", TunnelTable::isOurChain), TunnelTable::readRules);
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
        return new Entry(source, udp ? OptionalInt.of(match.get("right").getAsInt()) : OptionalInt.empty());
    }
}
