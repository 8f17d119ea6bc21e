package io.fanatic.netlink.health;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.core.Cidr;
import io.fanatic.core.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The nftables rules of a host, as far as fans are concerned: which chains drop by policy, which rules drop, and what rules
 * compare. Rules of iptables-nft are among them.
 *
 * @param chains the chains, in nft's order
 * @param rules the rules, in nft's order
 */
record Firewall(List<Chain> chains, List<Rule> rules) {

    public Firewall {
        chains = List.copyOf(chains);
        rules = List.copyOf(rules);
    }

    /**
     * @param hook {@code forward}; empty for a chain that only others jump to
     * @param policy {@code drop} or {@code accept}; empty for such a chain
     */
    public record Chain(String family, String table, String name, String hook, String policy) {

        /** {@code ip filter FORWARD}. */
        @Override
        public String toString() {
            return family + " " + table + " " + name;
        }
    }

    /**
     * @param verdict {@code accept}, {@code drop}, {@code reject}, or empty for all others
     */
    public record Rule(String family, String table, String chain, List<Match> matches, String verdict) {
        public Rule {
            matches = List.copyOf(matches);
        }

        boolean isIn(Chain other) {
            return isInTableOf(other) && chain.equals(other.name);
        }

        boolean isInTableOf(Chain other) {
            return family.equals(other.family) && table.equals(other.table);
        }

        Optional<Match> match(String what) {
            return matches.stream().filter(match -> match.what.equals(what)).findFirst();
        }

        /** {@code ip filter FORWARD: ip daddr 250.0.0.0/8 drop}. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(family + " " + table + " " + chain + ":");
            matches.forEach(match -> text.append(' ').append(match));
            return text.append(' ').append(verdict).toString();
        }
    }

    /**
     * @param what {@code iifname}, {@code ip daddr}, {@code udp dport}
     * @param operator {@code ==}, {@code !=} and so on
     * @param values what it is compared with
     */
    public record Match(String what, String operator, List<String> values) {
        public Match {
            values = List.copyOf(values);
        }

        boolean isEqual() {
            return operator.equals("==") || operator.equals("in");
        }

        /** Whether an interface's name is among the values, which may end in an asterisk. */
        boolean names(String device) {
            return values.stream().anyMatch(value -> Patterns.matches(value, device));
        }

        /** The networks and addresses among the values. */
        List<Cidr> networks() {
            List<Cidr> networks = new ArrayList<>();
            for (String value : values) {
                try {
                    networks.add(
                            value.contains("/") ? Cidr.parse(value) : Cidr.containing(Ipv4Address.parse(value), 32));
                } catch (IllegalArgumentException somethingElse) {
                    // A set's name, IPv6, a number.
                }
            }
            return networks;
        }

        @Override
        public String toString() {
            String list = values.size() == 1 ? values.get(0) : "{ " + String.join(", ", values) + " }";
            return what + (isEqual() ? " " : " " + operator + " ") + list;
        }
    }

    /** @throws IllegalArgumentException when it is not what libnftables-json(5) describes */
    static Firewall parse(String json) {
        List<Chain> chains = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        try {
            for (JsonElement each :
                    JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables")) {
                JsonObject object = each.getAsJsonObject();
                if (object.has("chain")) {
                    JsonObject chain = object.getAsJsonObject("chain");
                    chains.add(new Chain(
                            text(chain, "family"),
                            text(chain, "table"),
                            text(chain, "name"),
                            text(chain, "hook"),
                            text(chain, "policy")));
                } else if (object.has("rule")) {
                    rules.add(rule(object.getAsJsonObject("rule")));
                }
            }
        } catch (RuntimeException e) {
            // Whatever Gson and what is missing throw.
            throw new IllegalArgumentException("nftables' list cannot be understood: " + e.getMessage(), e);
        }
        return new Firewall(chains, rules);
    }

    private static Rule rule(JsonObject rule) {
        List<Match> matches = new ArrayList<>();
        String verdict = "";
        for (JsonElement each : rule.getAsJsonArray("expr")) {
            JsonObject expression = each.getAsJsonObject();
            if (expression.has("match")) {
                matches.add(match(expression.getAsJsonObject("match")));
            }
            for (String known : List.of("accept", "drop", "reject")) {
                verdict = expression.has(known) ? known : verdict;
            }
        }
        return new Rule(text(rule, "family"), text(rule, "table"), text(rule, "chain"), matches, verdict);
    }

    private static Match match(JsonObject match) {
        List<String> values = new ArrayList<>();
        addValues(match.get("right"), values);
        return new Match(left(match.get("left")), text(match, "op"), values);
    }

    private static String left(JsonElement left) {
        if (left instanceof JsonObject object) {
            if (object.has("meta")) {
                return text(object.getAsJsonObject("meta"), "key");
            }
            if (object.get("payload") instanceof JsonObject payload && payload.has("protocol")) {
                return text(payload, "protocol") + " " + text(payload, "field");
            }
            if (object.get("ct") instanceof JsonObject ct) {
                return "ct " + text(ct, "key");
            }
        }
        return "?";
    }

    private static void addValues(JsonElement right, List<String> values) {
        if (right instanceof JsonArray array) {
            array.forEach(each -> addValues(each, values));
        } else if (right instanceof JsonObject object && object.has("set")) {
            addValues(object.get("set"), values);
        } else if (right instanceof JsonObject object && object.get("prefix") instanceof JsonObject prefix) {
            values.add(text(prefix, "addr") + "/" + prefix.get("len").getAsInt());
        } else if (right instanceof JsonObject object && object.get("range") instanceof JsonArray range) {
            values.add(range.get(0).getAsString() + "-" + range.get(1).getAsString());
        } else if (right.isJsonPrimitive()) {
            values.add(right.getAsString());
        }
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }
}
