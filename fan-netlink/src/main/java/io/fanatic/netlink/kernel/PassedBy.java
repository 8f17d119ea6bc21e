package io.fanatic.netlink.kernel;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.FirewallWalk;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.IpsecPolicies;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.route.Rule;
import io.fanatic.netlink.route.Rules;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a host has for the packets of a tunnel, by which packets on the fast path go unseen; in doubt it counts. */
final class PassedBy {
    /** Tables of iptables-legacy in this namespace; empty or missing otherwise. */
    private static final Path LEGACY_TABLES = Path.of("/proc/thread-self/net/ip_tables_names");

    private static final Set<String> INCOMING = Set.of("prerouting", "input", "ingress");
    private static final Set<String> OUTGOING = Set.of("output", "postrouting");
    private static final Set<String> FAMILIES = Set.of("ip", "inet", "netdev");

    /** FR_ACT_TO_TBL. */
    private static final int TO_TABLE = 1;

    private PassedBy() {}

    /** Policies, and whether what has none is blocked. */
    static Optional<String> ipsec() {
        return ipsec(IpsecPolicies.exist());
    }

    /** Those for packets of that UDP port; an encrypted fan has one for its own port. */
    static Optional<String> ipsec(int port) {
        return ipsec(IpsecPolicies.existForUdp(port));
    }

    private static Optional<String> ipsec(boolean exist) {
        return exist
                ? Optional.of("IPsec policies exist (ip xfrm policy), which its packets would not obey")
                : Optional.empty();
    }

    /** Any rule beside the three that a namespace begins with. */
    static Optional<String> rules(NetlinkSocket socket) {
        for (Rule rule : new Rules(socket).list()) {
            boolean usual = rule.action() == TO_TABLE
                    && rule.source().isEmpty()
                    && rule.destination().isEmpty()
                    && rule.inInterface().isEmpty()
                    && rule.outInterface().isEmpty()
                    && rule.mask() == 0
                    && !rule.inverted()
                    && (rule.priority() == 0 && rule.table() == Route.TABLE_LOCAL
                            || rule.priority() == 32766 && rule.table() == Route.TABLE_MAIN
                            || rule.priority() == 32767 && rule.table() == 253);
            if (!usual) {
                return Optional.of("the policy rule of priority " + rule.priority()
                        + " (ip rule) may choose another route for its packets");
            }
        }
        return Optional.empty();
    }

    /** A route to a part of the underlay, or to all of it, that puts another header on packets. */
    static Optional<String> encapsulation(NetlinkSocket socket, Ipv4Prefix underlay) {
        for (Route route : new Routes(socket).list()) {
            Ipv4Prefix destination = route.ipv4();
            if (route.encapsulates() && (destination.contains(underlay) || underlay.contains(destination))) {
                return Optional.of("the route to " + destination
                        + " encapsulates packets (ip route), and not those of the fast path");
            }
        }
        return Optional.empty();
    }

    /** What nft(8) does not show. */
    static Optional<String> legacy() {
        try {
            return Files.readString(LEGACY_TABLES).isBlank()
                    ? Optional.empty()
                    : Optional.of("iptables-legacy is in use, whose rules are not read");
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("whether iptables-legacy is in use cannot be read");
        }
    }

    /**
     * A rule that the tunnel's packets may meet and that does anything but accept or count them, or a policy that drops.
     *
     * @param firewall without our own rules
     */
    static Optional<String> firewall(Firewall firewall, String card, int port, Ipv4Prefix underlay) {
        for (Firewall.Chain chain : firewall.chains()) {
            boolean incoming = INCOMING.contains(chain.hook());
            boolean elsewhere =
                    chain.family().equals("netdev") && !chain.devices().contains(card);
            if (!incoming && !OUTGOING.contains(chain.hook()) || !FAMILIES.contains(chain.family()) || elsewhere) {
                continue;
            }
            FirewallWalk.Packet packet = new FirewallWalk.Packet(
                    incoming ? Optional.of(card) : Optional.empty(),
                    incoming ? Optional.empty() : Optional.of(card),
                    Optional.of(underlay),
                    Optional.of(underlay),
                    Optional.of("udp"),
                    OptionalInt.of(port),
                    false);
            FirewallWalk.Outcome outcome =
                    FirewallWalk.ofEveryEffect(firewall, packet).through(chain);
            if (!outcome.hits().isEmpty()) {
                return Optional.of("the firewall has a rule that its packets would not meet: "
                        + outcome.hits().get(0));
            }
            if (outcome.returns() && chain.policy().equals("drop")) {
                return Optional.of(
                        "the firewall's chain " + chain + " has policy drop, which its packets would not meet");
            }
        }
        return Optional.empty();
    }

    /** What frames between ports of a fan's bridge may meet: rules, not our own, that do anything but accept or count them. */
    static BridgedRules bridged(
            Firewall firewall, String bridge, String tunnel, Ipv4Prefix overlay, boolean bridgedPassIptables) {
        Optional<String> notMet = Optional.empty();
        Optional<String> dropping = Optional.empty();
        Optional<String> invalid = Optional.empty();
        for (Firewall.Chain chain : firewall.chains()) {
            boolean ofBridges = chain.family().equals("bridge");
            if (!chain.hook().equals("forward")
                    || !ofBridges && (!bridgedPassIptables || !FAMILIES.contains(chain.family()))) {
                continue;
            }
            FirewallWalk.Packet packet = new FirewallWalk.Packet(
                    Optional.of(ofBridges ? tunnel : bridge),
                    ofBridges ? Optional.empty() : Optional.of(bridge),
                    Optional.of(overlay),
                    Optional.of(overlay),
                    Optional.empty(),
                    OptionalInt.empty(),
                    false);
            notMet = notMet.or(
                    () -> first(FirewallWalk.ofEveryEffect(firewall, packet).through(chain)));
            if (first(new FirewallWalk(firewall, packet).through(chain)).isEmpty()) {
                Optional<String> found =
                        first(FirewallWalk.ofHalfSeen(firewall, packet).through(chain));
                if (ofBridges || chain.priority() <= TunnelTable.HALF_SEEN_PRIORITY) {
                    dropping = dropping.or(() -> found);
                } else {
                    invalid = invalid.or(() -> found);
                }
            }
        }
        return new BridgedRules(notMet, dropping, invalid);
    }

    private static Optional<String> first(FirewallWalk.Outcome outcome) {
        return outcome.hits().isEmpty()
                ? Optional.empty()
                : Optional.of(outcome.hits().get(0).toString());
    }

    /**
     * Programs and filters for what the card receives; ours would take packets from those behind it.
     *
     * @param ours numbers of the fans' programs
     */
    static Optional<String> programs(NetlinkSocket socket, int index, String card, Set<Integer> ours) {
        List<Integer> others = new ArrayList<>();
        try {
            others.addAll(Tcx.query(index, Tcx.Hook.INGRESS));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EINVAL) {
                return Optional.of("whether others have programs for what " + card + " receives cannot be read: "
                        + e.getMessage());
            }
            // A kernel without tcx: then all are filters.
        }
        others.removeAll(ours);
        return others.isEmpty() && !new TrafficControl(socket).hasOtherIngressFilters(index, ours)
                ? Optional.empty()
                : Optional.of(
                        "others have programs or filters for what " + card + " receives (tc filter, bpftool net)");
    }
}
