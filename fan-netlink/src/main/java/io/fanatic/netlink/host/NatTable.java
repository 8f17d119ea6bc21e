package io.fanatic.netlink.host;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.fanatic.core.Cidr;
import io.fanatic.core.Ipv4Address;
import java.util.ArrayList;
import java.util.List;

/**
 * The one nftables table of ours, {@code ip fanatic}: NAT for what leaves the slices of this host for the rest of the
 * world, and never inside an overlay. It is written whole, in one transaction, and read back.
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
 *
 * <p>A table of this name without our comment belongs to somebody else and is left alone.
 */
public final class NatTable {
    static final String MARK = "made by fanatic(8), do not edit";

    private static final String NAME = "fanatic";
    private static final String TABLE = "table ip " + NAME;
    /** Why nothing is written while the state is {@link State#FOREIGN}. */
    public static final String FOREIGN_SENTENCE =
            "the nftables table \"ip fanatic\" was not made by fanatic and is left"
                    + " alone; rename it, or delete it with: nft delete " + TABLE;

    private static final String CHAIN = "type nat hook postrouting priority 100; policy accept;";
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
    }

    /** What is there. */
    public enum State {
        /** No table of that name. */
        ABSENT,
        /** Ours, with exactly the rules of the list. */
        INTACT,
        /** Ours, but somebody has changed it; writing it again repairs it. */
        CHANGED,
        /** A table of that name that is not ours. */
        FOREIGN
    }

    /**
     * The table as it was read.
     *
     * @param state whose it is and whether it is whole
     * @param entries the slices that it serves, in the order of the rules; empty unless it is ours
     */
    public record Observed(State state, List<Entry> entries) {
        public Observed {
            entries = List.copyOf(entries);
        }
    }

    private final Nftables nftables;

    public NatTable(Nftables nftables) {
        this.nftables = nftables;
    }

    /** What our table serves, with {@link Entry#OTHER} when somebody has changed it; empty when there is none of ours. */
    public List<Entry> read() {
        Observed observed = observe();
        List<Entry> entries = new ArrayList<>(observed.entries());
        if (observed.state() == State.CHANGED) {
            entries.add(Entry.OTHER);
        }
        return entries;
    }

    /** Reads the table back. */
    public Observed observe() {
        if (!exists()) {
            return new Observed(State.ABSENT, List.of());
        }
        return parse(nftables.runJson("list " + TABLE));
    }

    private boolean exists() {
        for (String line : nftables.run("list tables ip").split("\n", -1)) {
            if (line.equals(TABLE)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes the table serve these slices and no others; no slices, no table. The change is one transaction.
     *
     * @throws NftException when a table of this name is not ours
     */
    public void write(List<Entry> wanted) {
        State state = owned();
        List<Entry> entries = new ArrayList<>(wanted);
        // Undoing a repair asks for what was changed by hand; that is gone for good, the rest is not.
        entries.remove(Entry.OTHER);
        if (!entries.isEmpty()) {
            nftables.run(text(entries));
        } else if (state != State.ABSENT) {
            nftables.run("delete " + TABLE);
        }
    }

    /** Whether {@link #write} would be accepted, told by an exception; changes nothing. */
    public void check(List<Entry> entries) {
        owned();
        if (!entries.isEmpty()) {
            nftables.check(text(entries));
        }
    }

    private State owned() {
        State state = observe().state();
        if (state == State.FOREIGN) {
            throw new NftException(FOREIGN_SENTENCE);
        }
        return state;
    }

    /** The transaction that puts the table in the place of any that is there. */
    static String text(List<Entry> entries) {
        StringBuilder text = new StringBuilder(512);
        // Deleting what may not exist is an error; adding first makes sure that it does.
        text.append("add ").append(TABLE).append("\ndelete ").append(TABLE).append('\n');
        text.append(TABLE).append(" {\n comment \"").append(MARK).append("\"\n chain postrouting {\n  ");
        text.append(CHAIN).append("\n  ");
        rule(text, LEFT_ALONE);
        for (Entry entry : entries) {
            text.append("  ip saddr ").append(entry.slice()).append(" ip daddr != ");
            rule(text.append(entry.overlay()), " masquerade fully-random");
        }
        return text.append(" }\n}\n").toString();
    }

    /** Every rule carries the mark, too: old versions of nft do not show a table's comment as JSON. */
    private static void rule(StringBuilder text, String end) {
        text.append(end).append(" comment \"").append(MARK).append("\"\n");
    }

    /** What {@code nft -j list table ip fanatic} says. */
    static Observed parse(String json) {
        boolean ours = false;
        boolean intact = true;
        int rules = 0;
        int chains = 0;
        List<Entry> entries = new ArrayList<>();
        for (JsonObject table : objects(json, "table")) {
            ours = text(table, "comment").equals(MARK);
        }
        for (JsonObject rule : objects(json, "rule")) {
            boolean marked = text(rule, "comment").equals(MARK);
            ours |= marked;
            JsonElement expressions = rule.get("expr");
            if (rules++ == 0) {
                intact &= marked && String.valueOf(expressions).equals(LEFT_ALONE_JSON);
            } else {
                intact &= marked && readMasquerade(expressions, entries);
            }
        }
        for (JsonObject chain : objects(json, "chain")) {
            chains++;
            intact &= text(chain, "hook").equals("postrouting")
                    && text(chain, "type").equals("nat");
            intact &= text(chain, "policy").equals("accept");
        }
        intact &= chains == 1 && rules > 0 && objects(json, "set").isEmpty();
        if (!ours) {
            return new Observed(State.FOREIGN, List.of());
        }
        return new Observed(intact ? State.INTACT : State.CHANGED, entries);
    }

    /** Reads one of our rules; false when it is none, however close. */
    private static boolean readMasquerade(JsonElement expressions, List<Entry> entries) {
        try {
            JsonArray parts = expressions.getAsJsonArray();
            Cidr slice = network(parts.get(0).getAsJsonObject(), "==", "saddr");
            Cidr overlay = network(parts.get(1).getAsJsonObject(), "!=", "daddr");
            JsonObject masquerade = parts.get(2).getAsJsonObject().getAsJsonObject("masquerade");
            if (parts.size() != 3 || !text(masquerade, "flags").equals("fully-random")) {
                return false;
            }
            entries.add(new Entry(slice, overlay));
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static Cidr network(JsonObject part, String operator, String field) {
        JsonObject match = part.getAsJsonObject("match");
        JsonObject payload = match.getAsJsonObject("left").getAsJsonObject("payload");
        if (!text(match, "op").equals(operator) || !text(payload, "field").equals(field)) {
            throw new IllegalArgumentException("another match");
        }
        JsonObject prefix = match.getAsJsonObject("right").getAsJsonObject("prefix");
        return new Cidr(
                Ipv4Address.parse(text(prefix, "addr")), prefix.get("len").getAsInt());
    }

    /** The objects of one kind in nft's array of objects that each have their kind as their only key. */
    private static List<JsonObject> objects(String json, String kind) {
        List<JsonObject> found = new ArrayList<>();
        try {
            JsonElement all = JsonParser.parseString(json).getAsJsonObject().get("nftables");
            for (JsonElement element : all.getAsJsonArray()) {
                JsonObject object = element.getAsJsonObject();
                if (object.has(kind)) {
                    found.add(object.getAsJsonObject(kind));
                }
            }
        } catch (JsonParseException | IllegalStateException | ClassCastException | NullPointerException e) {
            throw new NftException("nftables printed what is not its JSON: " + json, e);
        }
        return found;
    }

    private static String text(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }
}
