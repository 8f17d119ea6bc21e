package io.fanatic.netlink.firewall;

import io.fanatic.core.Ipv4Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The verdict on one kind of packet in a chain and in all chains that it jumps to. Some matches cannot be evaluated; then both
 * results are possible, and each branch is followed.
 */
public final class FirewallWalk {
    /** A chain with thousands of drops needs no more of them named. */
    private static final int MAX_HITS = 32;

    /** Where Linux takes the source ports of tunnels and clients from, unless net.ipv4.ip_local_port_range says otherwise. */
    private static final int FIRST_SOURCE_PORT = 32768;

    private static final int LAST_SOURCE_PORT = 60999;

    private final Map<String, List<Firewall.Rule>> rules = new HashMap<>();
    private final Map<String, Outcome> known = new HashMap<>();
    private final Packet packet;
    private final boolean everyEffect;
    private final boolean halfSeen;

    /** For what is dropped. */
    public FirewallWalk(Firewall firewall, Packet packet) {
        this(firewall, packet, false, false);
    }

    private FirewallWalk(Firewall firewall, Packet packet, boolean everyEffect, boolean halfSeen) {
        this.packet = packet;
        this.everyEffect = everyEffect;
        this.halfSeen = halfSeen;
        for (Firewall.Rule rule : firewall.rules()) {
            rules.computeIfAbsent(key(rule.family(), rule.table(), rule.chain()), chain -> new ArrayList<>())
                    .add(rule);
        }
    }

    /** For whatever rules do to a packet, beside accepting it: their hits are also those that translate, mark, queue or the like. */
    public static FirewallWalk ofEveryEffect(Firewall firewall, Packet packet) {
        return new FirewallWalk(firewall, packet, true, false);
    }

    /** For what drops packets of connections of which this host sees one direction only: conntrack calls them invalid. */
    public static FirewallWalk ofHalfSeen(Firewall firewall, Packet packet) {
        return new FirewallWalk(firewall, packet, false, true);
    }

    /**
     * A kind of packet; what is empty may be anything.
     *
     * @param in the device that it came by
     * @param out the device that it leaves by
     * @param protocol {@code tcp}, {@code udp}, {@code ipencap}
     * @param port its destination; empty with a known protocol: none that a rule is likely to name
     * @param isNew whether it is the first of its connection
     */
    public record Packet(
            Optional<String> in,
            Optional<String> out,
            Optional<Ipv4Prefix> from,
            Optional<Ipv4Prefix> to,
            Optional<String> protocol,
            OptionalInt port,
            boolean isNew) {}

    /** A rule that drops or has another effect, and before it those whose jumps led there. */
    public record Hit(List<Firewall.Rule> path) {
        public Hit {
            path = List.copyOf(path);
        }

        public Firewall.Rule last() {
            return path.get(path.size() - 1);
        }

        private Hit after(Firewall.Rule jump) {
            List<Firewall.Rule> longer = new ArrayList<>(path);
            longer.add(0, jump);
            return new Hit(longer);
        }

        /** {@code ip filter FORWARD: jump deny; ip filter deny: drop}. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            path.forEach(rule -> text.append(text.length() == 0 ? "" : "; ").append(rule));
            return text.toString();
        }
    }

    /**
     * @param accepts whether a packet may be let through
     * @param returns whether a packet may come to the chain's end
     * @param hits the rules that drop one, or may
     */
    public record Outcome(boolean accepts, boolean returns, List<Hit> hits) {
        private static final Outcome NOTHING = new Outcome(false, true, List.of());
    }

    /** Through a chain of a hook, its policy included. */
    public Outcome through(Firewall.Chain chain) {
        Outcome outcome = through(key(chain.family(), chain.table(), chain.name()));
        boolean byPolicy = outcome.returns() && !chain.policy().equals("drop");
        return new Outcome(outcome.accepts() || byPolicy, outcome.returns(), outcome.hits());
    }

    private static String key(String family, String table, String chain) {
        return family + " " + table + " " + chain;
    }

    private Outcome through(String chain) {
        Outcome before = known.get(chain);
        if (before != null) {
            return before;
        }
        // The kernel allows no circles.
        known.put(chain, Outcome.NOTHING);
        Outcome outcome = walk(rules.getOrDefault(chain, List.of()));
        known.put(chain, outcome);
        return outcome;
    }

    private Outcome walk(List<Firewall.Rule> chain) {
        boolean accepts = false;
        boolean returns = false;
        List<Hit> hits = new ArrayList<>();
        for (Firewall.Rule rule : chain) {
            Fit fit = fit(rule);
            if (fit == Fit.NO) {
                continue;
            }
            if (everyEffect && rule.acts()) {
                hits.add(new Hit(List.of(rule)));
            }
            boolean ends;
            switch (rule.verdict()) {
                case "accept" -> {
                    accepts = true;
                    ends = true;
                }
                case "drop", "reject" -> {
                    hits.add(new Hit(List.of(rule)));
                    ends = true;
                }
                case "return" -> {
                    returns = true;
                    ends = true;
                }
                case "jump", "goto" -> {
                    Outcome there = through(key(rule.family(), rule.table(), rule.target()));
                    accepts |= there.accepts();
                    there.hits().forEach(hit -> hits.add(hit.after(rule)));
                    boolean leaves = rule.verdict().equals("goto");
                    returns |= leaves && there.returns();
                    ends = leaves || !there.returns();
                }
                default -> ends = false;
            }
            if (ends && fit == Fit.YES) {
                return new Outcome(accepts, returns, some(hits));
            }
        }
        return new Outcome(accepts, true, some(hits));
    }

    private static List<Hit> some(List<Hit> hits) {
        return List.copyOf(hits.subList(0, Math.min(MAX_HITS, hits.size())));
    }

    private enum Fit {
        YES,
        MAYBE,
        NO;

        Fit unless(boolean negated) {
            return !negated || this == MAYBE ? this : this == YES ? NO : YES;
        }

        static Fit of(boolean fits) {
            return fits ? YES : NO;
        }
    }

    private Fit fit(Firewall.Rule rule) {
        Fit all = Fit.YES;
        for (Firewall.Match match : rule.matches()) {
            Fit fit = isOfConntrack(match) ? conntrack(rule) : fit(match);
            all = fit == Fit.NO || all == Fit.NO ? Fit.NO : fit == Fit.MAYBE ? Fit.MAYBE : all;
        }
        return all;
    }

    private Fit fit(Firewall.Match match) {
        if (!match.isUnderstood()) {
            return Fit.MAYBE;
        }
        boolean negated = !match.isEqual();
        return switch (match.what()) {
            case "iifname", "iif" -> device(packet.in, match).unless(negated);
            case "oifname", "oif" -> device(packet.out, match).unless(negated);
            case "ip saddr" -> address(packet.from, match).unless(negated);
            case "ip daddr" -> address(packet.to, match).unless(negated);
            case "ip protocol", "l4proto" -> protocol(match).unless(negated);
            case "nfproto", "protocol" ->
                match.isOpen()
                        ? Fit.MAYBE
                        : Fit.of(match.values().contains("ipv4")
                                        || match.values().contains("ip"))
                                .unless(negated);
            case "ct state" -> state(match).unless(negated);
            case "ct status" ->
                packet.isNew && match.values().equals(List.of("dnat")) ? Fit.NO.unless(negated) : Fit.MAYBE;
            default -> transport(match, negated);
        };
    }

    /** Mostly those that are looked for belong to a connection or begin one, so conntrack calls none of them invalid. */
    private Fit state(Firewall.Match match) {
        if (match.isOpen()) {
            return Fit.MAYBE;
        }
        if (packet.isNew) {
            return Fit.of(match.values().contains("new"));
        }
        return !halfSeen && match.values().equals(List.of("invalid")) ? Fit.NO : Fit.MAYBE;
    }

    /** Whether the match is one of iptables' own about connections that are not new, as it nearly always is; nft shows only its name. */
    private static boolean isOfConntrack(Firewall.Match match) {
        return match.what().equals("xt conntrack") || match.what().equals("xt state");
    }

    private Fit conntrack(Firewall.Rule rule) {
        boolean aboutUs = rule.matches().stream()
                .anyMatch(match -> match.isEqual()
                        && (match.what().equals("iifname")
                                        && packet.in.filter(match::names).isPresent()
                                || match.what().equals("oifname")
                                        && packet.out.filter(match::names).isPresent()));
        return packet.isNew && !aboutUs ? Fit.NO : Fit.MAYBE;
    }

    private static Fit device(Optional<String> name, Firewall.Match match) {
        return name.isEmpty() || match.isOpen() ? Fit.MAYBE : Fit.of(match.names(name.get()));
    }

    private static Fit address(Optional<Ipv4Prefix> network, Firewall.Match match) {
        if (network.isEmpty() || match.isOpen()) {
            return Fit.MAYBE;
        }
        Fit fit = Fit.NO;
        for (Ipv4Prefix each : match.networks()) {
            if (each.contains(network.get())) {
                return Fit.YES;
            }
            fit = each.overlaps(network.get()) ? Fit.MAYBE : fit;
        }
        // Ranges are no networks.
        return match.values().size() > match.networks().size() ? Fit.MAYBE : fit;
    }

    private Fit protocol(Firewall.Match match) {
        return packet.protocol.isEmpty() || match.isOpen()
                ? Fit.MAYBE
                : Fit.of(isProtocol(match, packet.protocol.get()));
    }

    private static boolean isProtocol(Firewall.Match match, String protocol) {
        return switch (protocol) {
            case "tcp" -> match.hasNumber(6) || match.values().contains("tcp");
            case "udp" -> match.hasNumber(17) || match.values().contains("udp");
            default ->
                match.hasNumber(4)
                        || match.values().contains("ipencap")
                        || match.values().contains("ipip");
        };
    }

    /** A field of a protocol's header: a packet of another protocol does not meet it, whatever it is compared with. */
    private Fit transport(Firewall.Match match, boolean negated) {
        int space = match.what().indexOf(' ');
        String header = space < 0 ? "" : match.what().substring(0, space);
        boolean anyHeader = header.equals("th");
        if (header.equals("ip6") || header.equals("icmpv6")) {
            return Fit.NO;
        }
        if (packet.protocol.isEmpty()
                || !anyHeader && !List.of("tcp", "udp", "icmp", "sctp", "dccp").contains(header)) {
            return Fit.MAYBE;
        }
        if (!anyHeader && !header.equals(packet.protocol.get())) {
            return Fit.NO;
        }
        if (match.what().endsWith(" sport")) {
            // Which ports other hosts send from, nobody knows here; where something is dropped for certain, they are
            // the usual ones.
            boolean possible = everyEffect || match.isOpen() || match.hasNumber(FIRST_SOURCE_PORT, LAST_SOURCE_PORT);
            return possible ? Fit.MAYBE : Fit.NO.unless(negated);
        }
        if (!match.what().endsWith(" dport") || match.isOpen()) {
            return Fit.MAYBE;
        }
        return Fit.of(packet.port.isPresent() && match.hasNumber(packet.port.getAsInt()))
                .unless(negated);
    }
}
