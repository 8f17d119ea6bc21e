package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The nftables rules of a host, as far as fans are concerned: which chains drop by policy, which rules drop, and what rules
 * compare. Rules of iptables-nft are among them.
 *
 * @param chains the chains, in nft's order
 * @param rules the rules, in nft's order
 */
public record Firewall(List<Chain> chains, List<Rule> rules) {
    /** Expressions that leave a packet as it is, verdicts among them. */
    private static final Set<String> PASSIVE = Set.of(
            "match",
            "counter",
            "limit",
            "log",
            "comment",
            "quota",
            "vmap",
            "accept",
            "drop",
            "reject",
            "return",
            "jump",
            "goto",
            "continue");

    /** Expressions that let a rule go on for some packets only, and do not tell which. */
    private static final List<String> CONDITIONS = List.of("limit", "quota", "ct count");

    /** What is not read. */
    private static final String UNKNOWN = "?";

    private static final Set<String> PASSIVE_TARGETS = Set.of("LOG", "NFLOG", "REJECT", "comment");

    public Firewall {
        chains = List.copyOf(chains);
        rules = List.copyOf(rules);
    }

    /**
     * @param hook {@code forward}; empty for a chain that only others jump to
     * @param policy {@code drop} or {@code accept}; empty for such a chain
     * @param type {@code filter}, {@code nat} or {@code route}; empty for such a chain
     * @param devices those that it is bound to, in the families netdev and inet; else empty
     * @param priority among the chains of its hook, the lowest first; 0 for a chain that only others jump to
     */
    public record Chain(
            String family,
            String table,
            String name,
            String hook,
            String policy,
            String type,
            List<String> devices,
            int priority) {
        public Chain {
            devices = List.copyOf(devices);
        }

        /** {@code ip filter FORWARD}. */
        @Override
        public String toString() {
            return family + " " + table + " " + name;
        }
    }

    /**
     * @param verdict {@code accept}, {@code drop}, {@code reject}, {@code return}, {@code jump}, {@code goto}, or empty for all others
     * @param target the chain that it jumps or goes to; else empty
     * @param acts whether it does something to packets beside its verdict: translates, marks, queues or the like; not counting or logging
     * @param handle nft's number for it; 0 when it is one element of a verdict map
     */
    public record Rule(
            String family,
            String table,
            String chain,
            List<Match> matches,
            String verdict,
            String target,
            boolean acts,
            long handle) {
        public Rule {
            matches = List.copyOf(matches);
        }

        /** The command that takes it away, or that shows where it is in its chain. */
        public String removal() {
            String place = family + " " + table + " " + chain;
            return handle == 0 ? "nft -a list chain " + place : "nft delete rule " + place + " handle " + handle;
        }

        /** {@code ip filter FORWARD: ip daddr 250.0.0.0/8 drop}. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(family + " " + table + " " + chain + ":");
            matches.forEach(match -> text.append(' ').append(match));
            text.append(' ').append(verdict);
            return target.isEmpty()
                    ? text.toString()
                    : text.append(' ').append(target).toString();
        }
    }

    /**
     * @param what {@code iifname}, {@code ip daddr}, {@code udp dport}; {@code xt addrtype} for one of iptables' own
     * @param operator {@code ==}, {@code !=} and so on; {@code ?} where what is compared is not told by nft, or not known here
     * @param values what it is compared with
     */
    public record Match(String what, String operator, List<String> values) {
        public Match {
            values = List.copyOf(values);
        }

        public boolean isEqual() {
            return operator.equals("==") || operator.equals("in");
        }

        /** Whether it asks for one of its values or for none of them; not for more, for less or for bits. */
        public boolean isUnderstood() {
            return isEqual() || operator.equals("!=");
        }

        /** Whether what it is compared with is not known: a set that is not listed, an expression. */
        public boolean isOpen() {
            return values.stream().anyMatch(value -> value.startsWith("@") || value.equals(UNKNOWN));
        }

        /** Whether a number, such as a port, is among the values, which may be ranges. */
        public boolean hasNumber(int number) {
            return hasNumber(number, number);
        }

        /** Whether a number of a range is among the values. */
        public boolean hasNumber(int from, int to) {
            for (String value : values) {
                int dash = value.indexOf('-');
                try {
                    int first = Integer.parseInt(dash < 0 ? value : value.substring(0, dash));
                    int last = dash < 0 ? first : Integer.parseInt(value.substring(dash + 1));
                    if (first <= to && from <= last) {
                        return true;
                    }
                } catch (NumberFormatException somethingElse) {
                    // No number.
                }
            }
            return false;
        }

        /** Whether an interface's name is among the values, which may end in an asterisk. */
        public boolean names(String device) {
            return values.stream().anyMatch(value -> Globs.matches(value, device));
        }

        /** The networks and addresses among the values. */
        public List<Ipv4Prefix> networks() {
            List<Ipv4Prefix> networks = new ArrayList<>();
            for (String value : values) {
                try {
                    networks.add(
                            value.contains("/")
                                    ? Ipv4Prefix.parse(value)
                                    : Ipv4Prefix.containing(Ipv4Address.parse(value), 32));
                } catch (IllegalArgumentException somethingElse) {
                    // A set's name, IPv6, a number.
                }
            }
            return networks;
        }

        @Override
        public String toString() {
            if (operator.equals(UNKNOWN)) {
                return what;
            }
            String list = values.size() == 1 ? values.get(0) : "{ " + String.join(", ", values) + " }";
            return what + (isEqual() ? " " : " " + operator + " ") + list;
        }
    }

    /** @throws IllegalArgumentException when it is not what libnftables-json(5) describes */
    public static Firewall parse(String json) {
        return parse(json, true);
    }

    /**
     * Without our own tables, also where somebody has changed them: {@code up} writes them anew. Their comment tells them from those that
     * only have their names.
     *
     * @throws IllegalArgumentException when it is not what libnftables-json(5) describes
     */
    public static Firewall ofOthers(String json) {
        return parse(json, false);
    }

    private static Firewall parse(String json, boolean all) {
        List<Chain> chains = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        Map<String, JsonArray> sets = new HashMap<>();
        try {
            JsonArray list = JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables");
            Set<String> left = all ? Set.of() : ours(list);
            for (JsonElement each : list) {
                for (String kind : List.of("set", "map")) {
                    if (each.getAsJsonObject().get(kind) instanceof JsonObject set) {
                        sets.put(place(set) + " " + text(set, "name"), elements(set));
                    }
                }
            }
            for (JsonElement each : list) {
                JsonObject object = each.getAsJsonObject();
                if (object.get("chain") instanceof JsonObject chain && !left.contains(place(chain))) {
                    chains.add(new Chain(
                            text(chain, "family"),
                            text(chain, "table"),
                            text(chain, "name"),
                            text(chain, "hook"),
                            text(chain, "policy"),
                            text(chain, "type"),
                            devices(chain),
                            chain.has("prio") ? chain.get("prio").getAsInt() : 0));
                } else if (object.get("rule") instanceof JsonObject rule && !left.contains(place(rule))) {
                    addRules(rule, sets, rules);
                }
            }
        } catch (RuntimeException e) {
            // Whatever Gson and what is missing throw.
            throw new IllegalArgumentException("nftables' list cannot be understood: " + e.getMessage(), e);
        }
        return new Firewall(chains, rules);
    }

    /** As {@link OwnTable} has it: the comment is on the table, or on a rule where nft does not show it there. */
    private static Set<String> ours(JsonArray list) {
        Set<String> ours = new HashSet<>();
        for (JsonElement each : list) {
            JsonObject object = each.getAsJsonObject();
            if (object.get("table") instanceof JsonObject table
                    && text(table, "comment").equals(OwnTable.MARK)) {
                ours.add(text(table, "family") + " " + text(table, "name"));
            } else if (object.get("rule") instanceof JsonObject rule
                    && text(rule, "comment").equals(OwnTable.MARK)) {
                ours.add(place(rule));
            }
        }
        ours.retainAll(OwnTable.PLACES);
        return ours;
    }

    private static String place(JsonObject object) {
        return text(object, "family") + " " + text(object, "table");
    }

    private static JsonArray elements(JsonObject set) {
        return set.get("elem") instanceof JsonArray listed ? listed : new JsonArray();
    }

    /** One rule, or one for each element of a verdict map. */
    private static void addRules(JsonObject rule, Map<String, JsonArray> sets, List<Rule> rules) {
        List<Match> matches = new ArrayList<>();
        String verdict = "";
        String target = "";
        boolean acts = false;
        for (JsonElement each : rule.getAsJsonArray("expr")) {
            JsonObject expression = each.getAsJsonObject();
            acts |= acts(expression);
            if (expression.get("match") instanceof JsonObject match) {
                matches.add(match(match, place(rule), sets));
            } else if (expression.get("xt") instanceof JsonObject xt) {
                String name = text(xt, "name");
                if (text(xt, "type").equals("match") && !name.equals("comment")) {
                    matches.add(new Match("xt " + name, UNKNOWN, List.of()));
                }
                verdict = name.equals("REJECT") ? "reject" : verdict;
            } else if (expression.get("vmap") instanceof JsonObject map) {
                addRules(rule, matches, map, sets, rules);
            }
            for (String condition : CONDITIONS) {
                if (expression.has(condition)) {
                    matches.add(new Match(condition, UNKNOWN, List.of()));
                }
            }
            String said = verdict(expression);
            if (!said.isEmpty()) {
                verdict = said;
                target = expression.get(said) instanceof JsonObject to ? text(to, "target") : "";
            }
        }
        long handle = rule.get("handle") instanceof JsonPrimitive number ? number.getAsLong() : 0;
        rules.add(rule(rule, matches, verdict, target, acts, handle));
    }

    /** In doubt it does: what is not known here may do anything. */
    private static boolean acts(JsonObject expression) {
        if (expression.get("xt") instanceof JsonObject xt) {
            return !text(xt, "type").equals("match") && !PASSIVE_TARGETS.contains(text(xt, "name"));
        }
        for (String name : expression.keySet()) {
            if (!PASSIVE.contains(name)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> devices(JsonObject chain) {
        List<String> devices = new ArrayList<>();
        if (chain.get("dev") instanceof JsonArray several) {
            several.forEach(device -> devices.add(device.getAsString()));
        } else if (chain.has("dev")) {
            devices.add(text(chain, "dev"));
        }
        return devices;
    }

    private static Rule rule(
            JsonObject rule, List<Match> matches, String verdict, String target, boolean acts, long handle) {
        // reject has words of its own where a jump has its target.
        boolean leads = verdict.equals("jump") || verdict.equals("goto");
        return new Rule(
                text(rule, "family"),
                text(rule, "table"),
                text(rule, "chain"),
                matches,
                verdict,
                leads ? target : "",
                acts,
                handle);
    }

    private static String verdict(JsonObject expression) {
        for (String known : List.of("accept", "drop", "reject", "return", "jump", "goto")) {
            if (expression.has(known)) {
                return known;
            }
        }
        // A program decides what becomes of it.
        return expression.has("queue") ? "accept" : "";
    }

    private static void addRules(
            JsonObject rule, List<Match> before, JsonObject map, Map<String, JsonArray> sets, List<Rule> rules) {
        JsonElement data = map.get("data");
        JsonElement pairs = data instanceof JsonObject inline && inline.has("set")
                ? inline.get("set")
                : sets.get(
                        place(rule) + " " + String.valueOf(data.getAsString()).substring(1));
        if (!(pairs instanceof JsonArray listed)) {
            return;
        }
        for (JsonElement pair : listed) {
            JsonArray both = pair.getAsJsonArray();
            List<String> values = new ArrayList<>();
            addValues(both.get(0), values);
            List<Match> matches = new ArrayList<>(before);
            matches.add(match(map.get("key"), "==", values));
            JsonObject expression = both.get(1).getAsJsonObject();
            String said = verdict(expression);
            String target = expression.get(said) instanceof JsonObject to ? text(to, "target") : "";
            rules.add(rule(rule, matches, said, target, false, 0));
        }
    }

    private static Match match(JsonObject match, String place, Map<String, JsonArray> sets) {
        List<String> values = new ArrayList<>();
        JsonElement right = match.get("right");
        JsonArray named = right.isJsonPrimitive() && right.getAsString().startsWith("@")
                ? sets.get(place + " " + right.getAsString().substring(1))
                : null;
        addValues(named == null ? right : named, values);
        return match(match.get("left"), text(match, "op"), values);
    }

    private static Match match(JsonElement left, String operator, List<String> values) {
        if (left instanceof JsonObject object) {
            if (object.has("meta")) {
                return new Match(text(object.getAsJsonObject("meta"), "key"), operator, values);
            }
            if (object.get("payload") instanceof JsonObject payload && payload.has("protocol")) {
                return new Match(text(payload, "protocol") + " " + text(payload, "field"), operator, values);
            }
            if (object.get("ct") instanceof JsonObject ct) {
                return new Match("ct " + text(ct, "key"), operator, values);
            }
            if (object.get("&") instanceof JsonArray masked) {
                return new Match(match(masked.get(0), operator, values).what(), UNKNOWN, values);
            }
            return new Match(object.keySet().iterator().next(), UNKNOWN, values);
        }
        return new Match(UNKNOWN, UNKNOWN, values);
    }

    private static void addValues(JsonElement right, List<String> values) {
        if (right instanceof JsonArray array) {
            array.forEach(each -> addValues(each, values));
        } else if (right instanceof JsonObject object && object.has("set")) {
            addValues(object.get("set"), values);
        } else if (right instanceof JsonObject object && object.get("elem") instanceof JsonObject element) {
            addValues(element.get("val"), values);
        } else if (right instanceof JsonObject object && object.get("prefix") instanceof JsonObject prefix) {
            values.add(text(prefix, "addr") + "/" + prefix.get("len").getAsInt());
        } else if (right instanceof JsonObject object && object.get("range") instanceof JsonArray range) {
            values.add(range.get(0).getAsString() + "-" + range.get(1).getAsString());
        } else if (right instanceof JsonObject object && object.get("|") instanceof JsonArray flags) {
            addValues(flags, values);
        } else {
            values.add(right.isJsonPrimitive() ? right.getAsString() : UNKNOWN);
        }
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }
}
