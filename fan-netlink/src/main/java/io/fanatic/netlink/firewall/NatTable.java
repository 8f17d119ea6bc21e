package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Our nftables table {@code ip fanatic}, and {@code ip6 fanatic} for IPv6 overlays: NAT for what leaves the slices of this host for the rest of the
 * world, and never inside an overlay.
 *
 * <pre>
 *   table ip fanatic {
 *       comment "made by fanatic(8), do not edit"
 *       chain postrouting {
 *           type nat hook postrouting priority srcnat
 *           ip daddr { 224.0.0.0/4, 255.255.255.255 } accept
 *           ip saddr 250.0.45.0/24 ip daddr != 250.0.0.0/8 masquerade fully-random
 *       }
 *       chain invalid {
 *           type filter hook postrouting priority srcnat + 10
 *           ip saddr 250.0.45.0/24 ip daddr != 250.0.0.0/8 ct state invalid counter drop
 *       }
 *   }
 * </pre>
 *
 * <p>One rule for each slice: a handful at most, read by people with {@code nft list table ip fanatic}, and looked at for
 * the first packet of a flow only. Two sets could not say that each slice has its own overlay. Multicast and broadcast
 * stay as they are, because the DHCP answer that this host sends from the slice to 255.255.255.255 must come from port 67.
 *
 * <p>The kernel translates no packet that belongs to no connection and begins none, such as a stray TCP segment or an echo reply that nobody
 * asked for. It would leave with the container's address, which nobody outside can answer and which an underlay may filter or blame on
 * somebody else: so it is dropped. What is translated has another source in the second chain and fails its first comparison.
 *
 * <p>{@code fully-random} spreads source ports, without which two flows that start together can be given the same one and
 * the second loses its first packet. It has been in the kernel since 3.13 and in nft since 0.4, before anything else that
 * a fan needs, so there is no fall-back.
 */
public final class NatTable extends OwnTable<NatTable.Entry> {
    private static final int PRIORITY = 100;
    private static final int BEHIND = PRIORITY + 10;
    private static final String CHAIN = "type nat hook postrouting priority " + PRIORITY + "; policy accept;";
    private static final String INVALID =
            " chain invalid {\n  type filter hook postrouting priority " + BEHIND + "; policy accept;\n";

    /**
     * What nft calls a family.
     *
     * @param name of the family
     * @param leftAlone the rule for multicast and broadcast
     * @param leftAloneJson the same as nft shows it
     */
    private record Words(String name, String leftAlone, String leftAloneJson) {
        private static final Words IPV4 = of(
                "ip",
                "{ 224.0.0.0/4, 255.255.255.255 }",
                "{\"set\":[{\"prefix\":{\"addr\":\"224.0.0.0\",\"len\":4}},\"255.255.255.255\"]}");
        private static final Words IPV6 = of("ip6", "ff00::/8", "{\"prefix\":{\"addr\":\"ff00::\",\"len\":8}}");

        private static Words of(String name, String destinations, String json) {
            return new Words(
                    name,
                    name + " daddr " + destinations + " accept",
                    "[{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"" + name
                            + "\",\"field\":\"daddr\"}},\"right\":" + json + "}},{\"accept\":null}]");
        }

        static Words of(IpFamily family) {
            return family == IpFamily.IPV4 ? IPV4 : IPV6;
        }
    }

    private final IpFamily family;

    /**
     * What leaves a slice for anywhere outside its overlay takes the address of the host.
     *
     * @param slice the sources
     * @param overlay the destinations that are left alone; contains the slice
     */
    public record Entry(Prefix slice, Prefix overlay) {
        /** Stands for what somebody has done to our table by hand; no fan can want it. */
        public static final Entry OTHER = new Entry(Ipv4Prefix.parse("0.0.0.0/0"), Ipv4Prefix.parse("0.0.0.0/0"));

        /** {@code 250.0.45.0/24 to outside 250.0.0.0/8}. */
        @Override
        public String toString() {
            return equals(OTHER) ? "what was changed by hand" : slice + " to outside " + overlay;
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry that && slice.equals(that.slice) && overlay.equals(that.overlay);
        }

        @Override
        public int hashCode() {
            return Objects.hash(slice, overlay);
        }
    }

    /**
     * The table in the namespace of a handle.
     *
     * @param nftables stays open, and the caller's
     * @param family of what it translates
     */
    public NatTable(Nftables nftables, IpFamily family) {
        super(nftables, Words.of(family).name() + " fanatic", Entry.OTHER);
        this.family = family;
    }

    @Override
    String chains(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        text.append(" chain postrouting {\n  ").append(CHAIN).append("\n  ");
        rule(text, Words.of(family).leftAlone());
        for (Entry entry : entries) {
            rule(leaving(text, entry), " masquerade fully-random");
        }
        text.append(" }\n").append(INVALID);
        for (Entry entry : entries) {
            rule(leaving(text, entry), " ct state invalid counter drop");
        }
        return text.append(" }\n").toString();
    }

    private StringBuilder leaving(StringBuilder text, Entry entry) {
        String ip = Words.of(family).name();
        return text.append("  ")
                .append(ip)
                .append(" saddr ")
                .append(entry.slice())
                .append(' ')
                .append(ip)
                .append(" daddr != ")
                .append(entry.overlay());
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json, family);
    }

    static Observed<Entry> parse(String json, IpFamily family) {
        return parse(
                json,
                Map.of(
                        "postrouting", chain -> isAt(chain, "nat", "postrouting", PRIORITY),
                        "invalid", chain -> isAt(chain, "filter", "postrouting", BEHIND)),
                (chains, entries) -> readRules(chains, family, entries));
    }

    private static boolean readRules(Map<String, List<JsonElement>> chains, IpFamily family, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault("postrouting", List.of());
        boolean intact = !rules.isEmpty()
                && rules.get(0).toString().equals(Words.of(family).leftAloneJson());
        for (int i = 1; i < rules.size(); i++) {
            intact &= read(rules.get(i), 3, NatTable::isMasquerade, entries);
        }
        List<Entry> dropped = new ArrayList<>();
        for (JsonElement rule : chains.getOrDefault("invalid", List.of())) {
            intact &= read(rule, 5, NatTable::isDropOfInvalid, dropped);
        }
        return intact && dropped.equals(entries);
    }

    /** Reads one of our rules; false when it is none, however close. */
    private static boolean read(JsonElement expressions, int number, Predicate<JsonArray> rest, List<Entry> entries) {
        try {
            JsonArray parts = parts(expressions, number);
            Prefix slice = network(parts.get(0).getAsJsonObject(), "==", "saddr");
            Prefix overlay = network(parts.get(1).getAsJsonObject(), "!=", "daddr");
            if (!rest.test(parts)) {
                return false;
            }
            entries.add(new Entry(slice, overlay));
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static boolean isMasquerade(JsonArray parts) {
        JsonObject masquerade = parts.get(2).getAsJsonObject().getAsJsonObject("masquerade");
        return text(masquerade, "flags").equals("fully-random");
    }

    private static boolean isDropOfInvalid(JsonArray parts) {
        return isInvalid(parts.get(2))
                && parts.get(3).getAsJsonObject().has("counter")
                && parts.get(4).getAsJsonObject().has("drop");
    }
}
