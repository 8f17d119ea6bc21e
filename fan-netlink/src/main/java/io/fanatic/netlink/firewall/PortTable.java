package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.Ipv4Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Our nftables table {@code inet fanatic}: who may send to the UDP ports of tunnels.
 *
 * <pre>
 *   table inet fanatic {
 *       comment "made by fanatic(8), do not edit"
 *       chain input {
 *           type filter hook input priority filter
 *           udp dport 8472 ip saddr 10.0.0.0/16 accept
 *           udp dport 8472 ip saddr 192.168.7.0/24 accept
 *           udp dport 8472 counter drop
 *       }
 *   }
 * </pre>
 *
 * <p>The family is inet since an external VXLAN device listens on IPv6 as well. Underlays may overlap, which the elements of a set may
 * not: so each has a rule. To accept here means no more than to go on to the chains of others.
 */
public final class PortTable extends OwnTable<PortTable.Entry> {
    private static final int PRIORITY = 0;
    private static final String CHAIN = "type filter hook input priority " + PRIORITY + "; policy accept;";

    /**
     * A port, and where packets to it may come from.
     *
     * @param port UDP port
     * @param underlays the sources; ordered
     */
    public record Entry(int port, List<Ipv4Prefix> underlays) {
        /** Stands for what somebody has done to our table by hand; no fan can want it. */
        public static final Entry OTHER = new Entry(0, List.of());

        /** Copies the list. */
        public Entry {
            underlays = List.copyOf(underlays);
        }

        /** {@code UDP port 8472 only from 10.0.0.0/16 and 192.168.7.0/24}. */
        @Override
        public String toString() {
            if (equals(OTHER)) {
                return "what was changed by hand";
            }
            StringBuilder text = new StringBuilder("UDP port ").append(port).append(" only from ");
            for (int i = 0; i < underlays.size(); i++) {
                text.append(i == 0 ? "" : " and ").append(underlays.get(i));
            }
            return text.toString();
        }
    }

    /**
     * The table in the namespace of a handle.
     *
     * @param nftables stays open, and the caller's
     */
    public PortTable(Nftables nftables) {
        super(nftables, "inet fanatic", Entry.OTHER);
    }

    @Override
    String chains(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        text.append(" chain input {\n  ").append(CHAIN).append('\n');
        for (Entry entry : entries) {
            String port = "  udp dport " + entry.port();
            for (Ipv4Prefix underlay : entry.underlays()) {
                rule(text, port + " ip saddr " + underlay + " accept");
            }
            rule(text, port + " counter drop");
        }
        return text.append(" }\n").toString();
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json);
    }

    static Observed<Entry> parse(String json) {
        return parse(json, Map.of("input", PortTable::isOurChain), PortTable::readRules);
    }

    private static boolean isOurChain(JsonObject chain) {
        return isAt(chain, "filter", "input", PRIORITY);
    }

    private static boolean readRules(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault("input", List.of());
        List<Ipv4Prefix> underlays = new ArrayList<>();
        int port = 0;
        try {
            for (JsonElement rule : rules) {
                JsonArray parts = parts(rule, 3);
                int next = port(parts.get(0).getAsJsonObject());
                boolean accepts = parts.get(2).getAsJsonObject().has("accept");
                if (!underlays.isEmpty() && next != port) {
                    return false;
                }
                port = next;
                if (accepts) {
                    underlays.add((Ipv4Prefix) network(parts.get(1).getAsJsonObject(), "==", "saddr"));
                } else if (parts.get(1).getAsJsonObject().has("counter")
                        && parts.get(2).getAsJsonObject().has("drop")) {
                    entries.add(new Entry(port, underlays));
                    underlays.clear();
                } else {
                    return false;
                }
            }
            return underlays.isEmpty() && !entries.isEmpty();
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static int port(JsonObject part) {
        JsonObject match = part.getAsJsonObject("match");
        JsonObject payload = match.getAsJsonObject("left").getAsJsonObject("payload");
        boolean udpPort = text(match, "op").equals("==")
                && text(payload, "protocol").equals("udp")
                && text(payload, "field").equals("dport");
        if (!udpPort) {
            throw new IllegalArgumentException("another match");
        }
        return match.get("right").getAsInt();
    }
}
