package io.fanatic.netlink.health;

import io.fanatic.core.Cidr;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.LinkState;
import io.fanatic.netlink.host.Sysctl;
import java.util.List;
import java.util.Optional;

/** The rules of nftables, and so of iptables-nft, Docker, firewalld and ufw, that hit a fan. */
final class FirewallCheck implements Check {
    private static final List<String> HOOKS = List.of("prerouting", "input", "forward", "output", "postrouting");

    @Override
    public String name() {
        return "the firewall";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        if (host.firewall().isEmpty()) {
            findings.unseen("the firewall was not looked at: " + host.firewallTrouble());
            return;
        }
        Firewall firewall = host.firewall().get();
        for (Fan fan : host.fans()) {
            for (Firewall.Chain chain : firewall.chains()) {
                findings.looked();
                if (chain.policy().equals("drop") && chain.hook().equals("forward")) {
                    forward(firewall, chain, fan, findings);
                }
                if (chain.policy().equals("drop") && chain.hook().equals("input")) {
                    input(host, firewall, chain, fan, findings);
                }
                if (HOOKS.contains(chain.hook())) {
                    addresses(firewall, chain, fan, findings);
                }
            }
        }
    }

    /** Whether frames between the ports of a bridge pass the chains of IPv4 (br_netfilter). */
    static boolean bridgedFramesAreFiltered() {
        return Sysctl.find("net/bridge/bridge-nf-call-iptables").equals(Optional.of("1"));
    }

    /** A policy of drop, and nothing in the table that lets the bridge pass. */
    private static void forward(Firewall firewall, Firewall.Chain chain, Fan fan, Findings findings) {
        boolean excused = firewall.rules().stream()
                .anyMatch(rule -> rule.isInTableOf(chain) && rule.verdict().equals("accept") && lets(rule, fan));
        if (!excused) {
            boolean all = chain.family().equals("bridge") || eatsTheFan(fan);
            findings.add(forwardDrop(
                    fan,
                    all,
                    "chain " + chain + " has policy drop and no rule lets " + outside(fan) + " pass",
                    fix(chain, fan)));
        }
    }

    static Finding forwardDrop(Fan fan, boolean bridged, String evidence, String fix) {
        String what = bridged
                ? "the firewall drops what it forwards: containers reach no other host"
                : "the firewall drops what it forwards: containers reach nothing outside the overlay";
        Finding finding = Finding.of(Code.FORWARD_DROP, fan.overlay().toString(), what, List.of(evidence), fix);
        return bridged ? finding : finding.as(Severity.WARNING);
    }

    /** The device by which packets of other hosts come to the chain. */
    static String outside(Fan fan) {
        return fan.type() == TunnelType.IPIP ? fan.tunnel() : fan.bridge();
    }

    /** Whether packets between hosts pass the chains of IPv4, and not only those that leave the overlay. */
    static boolean eatsTheFan(Fan fan) {
        return fan.type() == TunnelType.IPIP || bridgedFramesAreFiltered();
    }

    private static boolean lets(Firewall.Rule rule, Fan fan) {
        String bridge = outside(fan);
        return rule.matches().isEmpty()
                || rule.match("iifname")
                        .filter(m -> m.isEqual() && m.names(bridge))
                        .isPresent()
                || rule.match("oifname")
                                .filter(m -> m.isEqual() && m.names(fan.bridge()))
                                .isPresent()
                        && rule.match("ct state").isEmpty();
    }

    /** A rule of nft's own in a table of iptables would make iptables refuse the table. */
    private static String fix(Firewall.Chain chain, Fan fan) {
        String in = outside(fan);
        String bridge = fan.bridge();
        if (chain.family().equals("ip")
                && chain.table().equals("filter")
                && chain.name().equals("FORWARD")) {
            return "iptables -I FORWARD -i " + in + " -o " + bridge + " -j ACCEPT";
        }
        return "nft insert rule " + chain + " iifname " + in + " oifname " + bridge + " accept";
    }

    /** A policy of drop for what comes in, and no rule that would let the tunnel's packets in. */
    private static void input(HealthHost host, Firewall firewall, Firewall.Chain chain, Fan fan, Findings findings) {
        List<String> devices = fan.underlayAddresses().stream()
                .flatMap(address -> host.holder(address).map(LinkState::name).stream())
                .toList();
        boolean ipip = fan.type() == TunnelType.IPIP;
        String what = ipip ? "ip protocol 4" : "udp dport " + fan.port();
        boolean open = firewall.rules().stream()
                .anyMatch(rule ->
                        rule.isInTableOf(chain) && rule.verdict().equals("accept") && admits(rule, fan, devices));
        if (!open && !chain.family().equals("bridge")) {
            findings.add(Finding.of(
                    Code.TUNNEL_PORT_CLOSED,
                    fan.overlay().toString(),
                    "the firewall has no rule that lets other hosts in to the tunnel's "
                            + (ipip ? "IP protocol 4" : "UDP port " + fan.port()),
                    List.of("chain " + chain + " has policy drop and no rule accepts " + what),
                    chain.table().equals("filter") && chain.family().equals("ip")
                            ? "iptables -I " + chain.name() + (ipip ? " -p 4" : " -p udp --dport " + fan.port())
                                    + " -s " + fan.mapping().underlay() + " -j ACCEPT"
                            : "nft insert rule " + chain + " " + what + " accept"));
        }
    }

    private static boolean admits(Firewall.Rule rule, Fan fan, List<String> devices) {
        Cidr underlay = fan.mapping().underlay();
        boolean other = rule.match("ct state").isPresent()
                || rule.match("tcp dport").isPresent()
                || rule.match("icmp type").isPresent()
                || rule.match("iifname")
                        .or(() -> rule.match("iif"))
                        .filter(m -> m.isEqual() && devices.stream().noneMatch(m::names))
                        .isPresent()
                || rule.match("ip saddr")
                        .filter(m -> m.isEqual() && m.networks().stream().noneMatch(underlay::overlaps))
                        .isPresent()
                || rule.match("ip protocol")
                        .filter(m -> m.isEqual() && !isProtocolOf(m, fan))
                        .isPresent()
                || rule.match("udp dport")
                        .filter(m -> fan.type() == TunnelType.IPIP || m.isEqual() && !hasPort(m, fan.port()))
                        .isPresent();
        return !other;
    }

    private static boolean isProtocolOf(Firewall.Match match, Fan fan) {
        return match.values().stream()
                .anyMatch(value -> fan.type() == TunnelType.IPIP
                        ? value.equals("4") || value.equals("ipencap") || value.equals("ipip")
                        : value.equals("17") || value.equals("udp"));
    }

    private static boolean hasPort(Firewall.Match match, int port) {
        for (String value : match.values()) {
            int dash = value.indexOf('-');
            try {
                int first = Integer.parseInt(dash < 0 ? value : value.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(value.substring(dash + 1));
                if (first <= port && port <= last) {
                    return true;
                }
            } catch (NumberFormatException aSetsName) {
                // What is in the set is not looked up: it may be the port.
                return true;
            }
        }
        return false;
    }

    /** Rules that drop by address: Docker's for its containers in raw PREROUTING, and those against "bogons". */
    private static void addresses(Firewall firewall, Firewall.Chain chain, Fan fan, Findings findings) {
        for (Firewall.Rule rule : firewall.rules()) {
            boolean drops = rule.verdict().equals("drop") || rule.verdict().equals("reject");
            if (!rule.isIn(chain) || !drops || sparesTheBridge(rule, fan)) {
                continue;
            }
            for (String what : List.of("ip saddr", "ip daddr")) {
                for (Cidr network : rule.match(what)
                        .filter(Firewall.Match::isEqual)
                        .map(Firewall.Match::networks)
                        .orElse(List.of())) {
                    if (network.overlaps(fan.overlay())) {
                        findings.add(finding(fan, rule, chain, network));
                    }
                }
            }
        }
    }

    /** As Docker's {@code ! -i fan-250} does for VXLAN: what comes over the fan passes. */
    private static boolean sparesTheBridge(Firewall.Rule rule, Fan fan) {
        Optional<Firewall.Match> in = rule.match("iifname");
        return in.isPresent() && in.get().isEqual() != in.get().names(outside(fan));
    }

    private static Finding finding(Fan fan, Firewall.Rule rule, Firewall.Chain chain, Cidr network) {
        boolean classE = network.contains(fan.overlay()) && OverlapCheck.CLASS_E.contains(fan.overlay());
        return Finding.of(
                classE ? Code.CLASS_E : Code.FIREWALL_DROP,
                fan.overlay().toString(),
                classE
                        ? "a firewall rule drops " + network + ", in which the overlay lies"
                        : "a firewall rule drops packets of " + network + ", which is in the overlay",
                List.of("nft: " + rule),
                "nft -a list chain " + chain + "; nft delete rule " + chain + " handle N");
    }
}
