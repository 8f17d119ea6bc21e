package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * An nftables table of ours: a comment on the table and on each rule says so. It is written whole, in one transaction, and read back. A table of its name without our comment belongs to somebody else and is left alone.
 *
 * @param <E> what the table is made for, in the order of its rules
 */
public abstract class OwnTable<E> {
    static final String MARK = "made by fanatic(8), do not edit";

    private static final String TABLE = "table ";

    /** The places of our tables. Whose a table there is, its comment says. */
    public static final Set<String> PLACES = Set.of(
            "inet fanatic",
            "ip fanatic",
            "ip6 fanatic",
            "ip fanatic-forward",
            "ip6 fanatic-forward",
            "ip " + TunnelTable.NAME,
            "ip6 " + TunnelTable.NAME,
            "bridge " + TunnelTable.NAME);

    /** What is there. */
    enum State {
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
     * @param entries what it serves, in the order of the rules; empty unless it is ours
     */
    record Observed<E>(State state, List<E> entries) {
        Observed {
            entries = List.copyOf(entries);
        }
    }

    private final Nftables nftables;
    private final String name;
    private final E other;

    /**
     * @param name family and name
     * @param other stands for what somebody has done to our table by hand; nobody can want it
     */
    OwnTable(Nftables nftables, String name, E other) {
        this.nftables = nftables;
        this.name = name;
        this.other = other;
    }

    /** The chains with their rules, as in nft's language; each rule made by {@link #rule}. */
    abstract String chains(List<E> entries);

    /** What {@code nft -j list table} says. */
    abstract Observed<E> understand(String json);

    /** What our table serves, with the entry for what somebody has changed; empty when there is none of ours. */
    public List<E> read() {
        return read(tables(nftables));
    }

    /**
     * As the other, for who reads several tables.
     *
     * @param there what {@link #tables} has just said
     */
    List<E> read(Set<String> there) {
        Observed<E> observed = observe(there);
        List<E> entries = new ArrayList<>(observed.entries());
        if (observed.state() == State.CHANGED) {
            entries.add(other);
        }
        return entries;
    }

    /** Reads the table back. */
    Observed<E> observe() {
        return observe(tables(nftables));
    }

    private Observed<E> observe(Set<String> there) {
        return there.contains(name)
                ? understand(nftables.runJson("list table " + name))
                : new Observed<>(State.ABSENT, List.of());
    }

    /** Family and name of each table, of all families: a kernel that lacks one would not list its tables. */
    static Set<String> tables(Nftables nftables) {
        Set<String> tables = new HashSet<>();
        for (String line : nftables.run("list tables").split("\n", -1)) {
            if (line.startsWith(TABLE)) {
                tables.add(line.substring(TABLE.length()));
            }
        }
        return tables;
    }

    /**
     * Makes the table serve these and no others; nothing to serve, no table. The change is one transaction.
     *
     * @throws ForeignTableException when a table of this name is not ours
     * @throws FirewallException when the kernel refuses
     */
    public void write(List<E> wanted) {
        String change = change(wanted);
        if (!change.isEmpty()) {
            nftables.run(change);
        }
    }

    /** What {@link #write} has nft do; empty where nothing is there and nothing is wanted. */
    String change(List<E> wanted) {
        State state = owned();
        List<E> entries = new ArrayList<>(wanted);
        // Undoing a repair asks for what was changed by hand; that is gone for good, the rest is not.
        entries.remove(other);
        if (!entries.isEmpty()) {
            return text(state, entries);
        }
        return state == State.ABSENT ? "" : "delete table " + name + "\n";
    }

    private State owned() {
        State state = observe().state();
        if (state == State.FOREIGN) {
            throw new ForeignTableException(name);
        }
        return state;
    }

    /** The transaction that puts the table in the place of any that is there. */
    private String text(State state, List<E> entries) {
        // A table that is ours and whole keeps its place among the others. Deleting what may not exist is an error;
        // adding first makes sure
        // that it does.
        String before = state == State.INTACT
                ? "flush table " + name + "\n"
                : "add table " + name + "\ndelete table " + name + "\n";
        return before + "table " + name + " {\n comment \"" + MARK + "\"\n" + chains(entries) + "}\n";
    }

    /** Every rule carries the mark, too: old versions of nft do not show a table's comment as JSON. */
    static void rule(StringBuilder text, String end) {
        text.append(end).append(" comment \"").append(MARK).append("\"\n");
    }

    /**
     * For {@link #understand}.
     *
     * @param chains by name, whether a chain's object says what {@link #chains} does; those without rules need not be there
     * @param readRules reads the expressions of each chain's rules, in their order, into entries; false when they are not those of
     *     {@link #chains}
     */
    static <E> Observed<E> parse(
            String json,
            Map<String, Predicate<JsonObject>> chains,
            BiPredicate<Map<String, List<JsonElement>>, List<E>> readRules) {
        boolean ours = false;
        boolean intact = true;
        Map<String, List<JsonElement>> rules = new HashMap<>();
        for (String chain : chains.keySet()) {
            rules.put(chain, new ArrayList<>());
        }
        for (JsonObject table : objects(json, "table")) {
            ours = text(table, "comment").equals(MARK);
            // One that is dormant has its rules, and none of them in use.
            intact &= !table.has("flags");
        }
        for (JsonObject rule : objects(json, "rule")) {
            boolean marked = text(rule, "comment").equals(MARK);
            ours |= marked;
            List<JsonElement> of = rules.get(text(rule, "chain"));
            intact &= marked && of != null;
            if (of != null) {
                of.add(rule.has("expr") ? rule.get("expr") : JsonNull.INSTANCE);
            }
        }
        for (JsonObject chain : objects(json, "chain")) {
            Predicate<JsonObject> isOurs = chains.get(text(chain, "name"));
            intact &= isOurs != null && isOurs.test(chain);
        }
        if (!ours) {
            return new Observed<>(State.FOREIGN, List.of());
        }
        List<E> entries = new ArrayList<>();
        intact &= readRules.test(rules, entries);
        intact &= objects(json, "set").isEmpty();
        return new Observed<>(intact ? State.INTACT : State.CHANGED, entries);
    }

    static Prefix network(JsonObject part, String operator, String field) {
        JsonObject match = part.getAsJsonObject("match");
        JsonObject payload = match.getAsJsonObject("left").getAsJsonObject("payload");
        if (!text(match, "op").equals(operator) || !text(payload, "field").equals(field)) {
            throw new IllegalArgumentException("another match");
        }
        if (match.get("right").isJsonPrimitive()) { // all bits
            String address = match.get("right").getAsString();
            return Prefix.parse(
                    address + "/" + IpAddress.parse(address).family().bits());
        }
        JsonObject prefix = match.getAsJsonObject("right").getAsJsonObject("prefix");
        return Prefix.parse(text(prefix, "addr") + "/" + prefix.get("len").getAsInt());
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
            throw new FirewallException("nftables printed what is not its JSON: " + json, e);
        }
        return found;
    }

    static String text(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }

    /** Whether a chain is at this place, and lets pass what its rules say nothing about. */
    static boolean isAt(JsonObject chain, String type, String hook, int priority) {
        return text(chain, "type").equals(type)
                && text(chain, "hook").equals(hook)
                && text(chain, "prio").equals(Integer.toString(priority))
                && text(chain, "policy").equals("accept");
    }

    /** Whether a part of a rule is {@code ct state invalid}. */
    static boolean isInvalid(JsonElement part) {
        JsonObject match = part.getAsJsonObject().getAsJsonObject("match");
        JsonObject ct = match.getAsJsonObject("left").getAsJsonObject("ct");
        // A bit of a mask, which versions of nft write either way.
        boolean equal = text(match, "op").equals("in") || text(match, "op").equals("==");
        return equal && text(ct, "key").equals("state") && text(match, "right").equals("invalid");
    }

    /** The parts of a rule, when there are so many. */
    static JsonArray parts(JsonElement rule, int number) {
        JsonArray parts = rule.getAsJsonArray();
        if (parts.size() != number) {
            throw new IllegalArgumentException("another rule");
        }
        return parts;
    }
}
