package io.fanatic.netlink.host;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.Cidr;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Our nftables table {@code ip fanatic}: NAT for what leaves the slices of this host for the rest of the
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
 *   }
 * </pre>
 *
 * <p>One rule for each slice: a handful at most, read by people with {@code nft list table ip fanatic}, and looked at for
 * the first packet of a flow only. Two sets could not say that each slice has its own overlay. Multicast and broadcast
 * stay as they are, because the DHCP answer that this host sends from the slice to 255.255.255.255 must come from port 67.
 *
 * <p>{@code fully-random} spreads source ports, without which two flows that start together can be given the same one and
 * the second loses its first packet. It has been in the kernel since 3.13 and in nft since 0.4, before anything else that
 * a fan needs, so there is no fall-back.
 */
public final class NatTable extends OwnTable<NatTable.Entry> {
    private static final int PRIORITY = 100;
    private static final String CHAIN = "type nat hook postrouting priority " + PRIORITY + "; policy accept;";
    private static final String LEFT_ALONE = "ip daddr { 224.0.0.0/4, 255.255.255.255 } accept";
    private static final String LEFT_ALONE_JSON = "[{\"match\":{\"op\":\"==\",\"left\":{\"payload\":"
            + "{\"protocol\":\"ip\",\"field\":\"daddr\"}},\"right\":{\"set\":[{\"prefix\":"
            + "{\"addr\":\"224.0.0.0\",\"len\":4}},\"255.255.255.255\"]}}},{\"accept\":null}]";

    /**
     * What leaves a slice for anywhere outside its overlay takes the address of the host.
     *
     * @param slice the sources
     * @param overlay the destinations that are left alone; contains the slice
     */
    public record Entry(Cidr slice, Cidr overlay) {
        /** Stands for what somebody has done to our table by hand; no fan can want it. */
        public static final Entry OTHER = new Entry(Cidr.parse("0.0.0.0/0"), Cidr.parse("0.0.0.0/0"));

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
     */
    public NatTable(Nftables nftables) {
        super(nftables, "ip fanatic", Entry.OTHER);
    }

    @Override
    String chain(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        text.append(" chain postrouting {\n  ").append(CHAIN).append("\n  ");
        rule(text, LEFT_ALONE);
        for (Entry entry : entries) {
            text.append("  ip saddr ").append(entry.slice()).append(" ip daddr != ");
            rule(text.append(entry.overlay()), " masquerade fully-random");
        }
        return text.append(" }\n").toString();
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json);
    }

    static Observed<Entry> parse(String json) {
        return parse(json, NatTable::isOurChain, NatTable::readRules);
    }

    private static boolean isOurChain(JsonObject chain) {
        return isAt(chain, "nat", "postrouting", PRIORITY);
    }

    private static boolean readRules(List<JsonElement> rules, List<Entry> entries) {
        boolean intact = !rules.isEmpty() && rules.get(0).toString().equals(LEFT_ALONE_JSON);
        for (int i = 1; i < rules.size(); i++) {
            intact &= readMasquerade(rules.get(i), entries);
        }
        return intact;
    }

    /** Reads one of our rules; false when it is none, however close. */
    private static boolean readMasquerade(JsonElement expressions, List<Entry> entries) {
        try {
            JsonArray parts = parts(expressions, 3);
            Cidr slice = network(parts.get(0).getAsJsonObject(), "==", "saddr");
            Cidr overlay = network(parts.get(1).getAsJsonObject(), "!=", "daddr");
            JsonObject masquerade = parts.get(2).getAsJsonObject().getAsJsonObject("masquerade");
            if (!text(masquerade, "flags").equals("fully-random")) {
                return false;
            }
            entries.add(new Entry(slice, overlay));
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }
}
