package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Our nftables table {@code ip fanatic-forward}, and {@code ip6 fanatic-forward} for IPv6: devices that forward only so that answers reach containers do not become a way from one
 * network of the host to another.
 *
 * <pre>
 *   table ip fanatic-forward {
 *       comment "made by fanatic(8), do not edit"
 *       chain forward {
 *           type filter hook forward priority filter
 *           iifname { "eth0", "eth1" } oifname { "eth0", "eth1" } counter drop
 *       }
 *   }
 * </pre>
 */
public final class ForwardTable extends OwnTable<ForwardTable.Entry> {
    private static final int PRIORITY = 0;
    private static final String CHAIN = "type filter hook forward priority " + PRIORITY + "; policy accept;";

    /**
     * What is not forwarded.
     *
     * @param in names of the devices that it comes by; each of them {@link #canName}
     * @param out names of the devices that it would leave by, likewise
     */
    public record Entry(List<String> in, List<String> out) {
        /** Stands for what somebody has done to our table by hand; no fan can want it. */
        public static final Entry OTHER = new Entry(List.of(), List.of());

        /** Copies the lists. */
        public Entry {
            in = List.copyOf(in);
            out = List.copyOf(out);
        }

        /** {@code nothing passes from eth0 to eth0 or eth1}. */
        @Override
        public String toString() {
            return equals(OTHER)
                    ? "what was changed by hand"
                    : "nothing passes from " + String.join(" or ", in) + " to " + String.join(" or ", out);
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry that && in.equals(that.in) && out.equals(that.out);
        }

        @Override
        public int hashCode() {
            return Objects.hash(in, out);
        }
    }

    /**
     * The table in the namespace of a handle.
     *
     * @param nftables stays open, and the caller's
     * @param family of what is not forwarded
     */
    public ForwardTable(Nftables nftables, IpFamily family) {
        super(nftables, (family == IpFamily.IPV4 ? "ip" : "ip6") + " fanatic-forward", Entry.OTHER);
    }

    /**
     * {@return whether a device's name can be written in a rule and means that device alone}
     *
     * @param device the kernel takes nearly anything as its name
     */
    public static boolean canName(String device) {
        for (int i = 0; i < device.length(); i++) {
            char c = device.charAt(i);
            if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '*') {
                return false;
            }
        }
        return !device.isEmpty();
    }

    @Override
    String chains(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        text.append(" chain forward {\n  ").append(CHAIN).append('\n');
        for (Entry entry : entries) {
            rule(text, "  iifname " + set(entry.in()) + " oifname " + set(entry.out()) + " counter drop");
        }
        return text.append(" }\n").toString();
    }

    private static String set(List<String> devices) {
        return "{ \"" + String.join("\", \"", devices) + "\" }";
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json);
    }

    static Observed<Entry> parse(String json) {
        return parse(json, Map.of("forward", ForwardTable::isOurChain), ForwardTable::readRules);
    }

    private static boolean isOurChain(JsonObject chain) {
        return isAt(chain, "filter", "forward", PRIORITY);
    }

    private static boolean readRules(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault("forward", List.of());
        try {
            for (JsonElement rule : rules) {
                JsonArray parts = parts(rule, 4);
                if (!parts.get(2).getAsJsonObject().has("counter")
                        || !parts.get(3).getAsJsonObject().has("drop")) {
                    return false;
                }
                entries.add(new Entry(devices(parts.get(0), "iifname"), devices(parts.get(1), "oifname")));
            }
            return !entries.isEmpty();
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static List<String> devices(JsonElement part, String key) {
        JsonObject match = part.getAsJsonObject().getAsJsonObject("match");
        JsonObject meta = match.getAsJsonObject("left").getAsJsonObject("meta");
        if (!text(match, "op").equals("==") || !text(meta, "key").equals(key)) {
            throw new IllegalArgumentException("another match");
        }
        List<String> devices = new ArrayList<>();
        JsonElement right = match.get("right");
        // nft shows a set of one as what is in it.
        if (right.isJsonPrimitive()) {
            devices.add(right.getAsString());
        } else {
            for (JsonElement device : right.getAsJsonObject().getAsJsonArray("set")) {
                devices.add(device.getAsString());
            }
        }
        devices.sort(null);
        return devices;
    }
}
