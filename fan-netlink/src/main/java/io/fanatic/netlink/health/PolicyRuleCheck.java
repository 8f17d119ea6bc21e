package io.fanatic.netlink.health;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Policy rules (ip-rule(8)) that lead the fan's packets into other tables: what this host sends into the overlay, and what its tunnel
 * sends to other hosts. The kernel is asked for the way, as a sample of hosts would be reached; a VPN that leaves the underlay alone is
 * no finding.
 */
final class PolicyRuleCheck implements Check {
    private static final int SAMPLES = 8;
    /** The tables that are there without any rule of somebody: 253 default, 254 main, 255 local. */
    private static final int FIRST_USUAL_TABLE = 253;

    @Override
    public String name() {
        return "the policy rules";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (!expected.isUp()) {
                continue;
            }
            findings.looked();
            Ipv4Address own = expected.slice().orElseThrow().underlayAddress();
            FanMapping mapping = expected.fan().orElseThrow().mapping();
            Optional<String> device = host.holder(own).map(LinkState::name);
            String inside = switch (HealthHost.transportOf(expected).delivery()) {
                case BRIDGED -> HealthHost.bridgeOf(expected);
                case ROUTED -> HealthHost.tunnelOf(expected);
            };
            for (Ipv4Address other : sample(mapping.underlay(), own)) {
                if (device.isPresent() && !device.get().equals("lo")) {
                    run(host, findings, expected, other, Optional.of(own), device.get());
                }
                run(host, findings, expected, mapping.slice(other).hostAddress(), Optional.empty(), inside);
            }
        }
    }

    private static List<Ipv4Address> sample(Ipv4Prefix underlay, Ipv4Address own) {
        List<Ipv4Address> sample = new ArrayList<>();
        long step = Math.max(1, underlay.size() / SAMPLES);
        for (long offset = 2; offset < underlay.size() - 1; offset += step) {
            Ipv4Address other = underlay.network().plus((int) offset);
            if (!other.equals(own)) {
                sample.add(other);
            }
        }
        return sample;
    }

    /** @param from what the packet has as its source already, when the way is looked up */
    private static void run(
            HealthHost host,
            Findings findings,
            ExpectedFan expected,
            Ipv4Address to,
            Optional<Ipv4Address> from,
            String device) {
        Optional<Route> way = host.way(to, from);
        Optional<String> out = way.flatMap(host::deviceOf);
        if (out.equals(Optional.of(device))
                || way.isPresent()
                        && way.get().table() >= FIRST_USUAL_TABLE
                        && way.get().table() <= Route.TABLE_LOCAL) {
            return;
        }
        List<Rule> rules = host.rules().stream()
                .filter(rule -> rule.table() < FIRST_USUAL_TABLE || rule.table() > Route.TABLE_LOCAL)
                .filter(rule -> way.isEmpty() || rule.table() == way.get().table())
                .toList();
        if (rules.isEmpty()) {
            // No route at all, and no rule: other checks tell of that.
            return;
        }
        Rule rule = rules.get(0);
        boolean overlay = from.isEmpty();
        findings.add(Finding.of(
                        Code.POLICY_RULE,
                        expected.subject(),
                        overlay
                                ? "a policy rule sends packets for the overlay past the fan"
                                : "a policy rule sends the tunnel's packets to other hosts elsewhere",
                        List.of(to + from.map(source -> " from " + source).orElse("")
                                + (out.isPresent()
                                        ? " is reached by " + out.get() + " (table "
                                                + way.orElseThrow().table() + ")"
                                        : " is not reached")
                                + ", not by " + device + ": " + description(rule)),
                        "ip rule add pref " + Math.max(1, rule.priority() - 1) + " to "
                                + (overlay
                                        ? expected.subject()
                                        : expected.fan()
                                                .orElseThrow()
                                                .mapping()
                                                .underlay()
                                                .toString())
                                + " lookup main")
                .because(Code.UNDERLAY_DOWN, Code.UNDERLAY_GONE, Code.BRIDGE, Code.HOST_ADDRESS));
    }

    /** {@code ip rule 100: from 10.0.0.0/16 lookup 7}. */
    private static String description(Rule rule) {
        StringBuilder text =
                new StringBuilder("ip rule ").append(rule.priority()).append(':');
        text.append(rule.inverted() ? " not" : "");
        text.append(" from ").append(rule.source().map(Ipv4Prefix::toString).orElse("all"));
        rule.destination().ifPresent(to -> text.append(" to ").append(to));
        text.append(rule.inInterface().isEmpty() ? "" : " iif " + rule.inInterface());
        text.append(rule.outInterface().isEmpty() ? "" : " oif " + rule.outInterface());
        text.append(rule.mask() == 0 ? "" : " fwmark 0x" + Integer.toHexString(rule.mark()));
        return text.append(rule.table() == 0 ? " refuses" : " lookup " + rule.table())
                .toString();
    }
}
