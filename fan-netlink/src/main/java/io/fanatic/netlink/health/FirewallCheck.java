package io.fanatic.netlink.health;

import io.fanatic.core.Delivery;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.FirewallWalk;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.kernel.LinkState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The rules of nftables, and so of iptables-nft, Docker, firewalld and ufw, that hit a fan. */
final class FirewallCheck implements Check {
    private static final List<String> HOOKS = List.of("prerouting", "input", "forward", "output", "postrouting");

    private final Optional<Ipv4Address> peer;

    /** @param peer the host that is to be reached, by an address of underlay or overlay; empty for any */
    FirewallCheck(Optional<Ipv4Address> peer) {
        this.peer = peer;
    }

    @Override
    public String name() {
        return "the firewall";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (host.firewall().isEmpty()) {
            findings.notChecked("the firewall was not looked at: " + host.firewallTrouble());
            return;
        }
        Firewall firewall = host.firewall().get();
        for (Fan fan : host.fans()) {
            if (fan.nat() && fan.ipv6().isPresent() && host.privileged()) {
                ipv6(firewall, fan, host, findings);
            }
            FirewallWalk anything = new FirewallWalk(firewall, anything(fan));
            for (Firewall.Chain chain : firewall.chains()) {
                findings.looked();
                if (HOOKS.contains(chain.hook())) {
                    addresses(anything, chain, fan, findings);
                }
                if (chain.hook().equals("forward")) {
                    forward(firewall, chain, fan, host, findings);
                    toTheOutside(firewall, chain, fan, host, findings);
                }
                if (chain.hook().equals("input")) {
                    input(host, firewall, chain, fan, findings);
                }
                if (!chain.type().equals("nat")) {
                    tunnelsPackets(host, firewall, chain, fan, findings);
                    deviceOfTheFan(firewall, chain, fan, findings);
                }
            }
        }
    }

    /** Where IPv6 leads to outside: a policy that drops what is forwarded, and no rule that names the fan's bridge. */
    private static void ipv6(Firewall firewall, Fan fan, HealthHost host, Findings findings) {
        for (Firewall.Chain chain : firewall.chains()) {
            boolean drops = chain.hook().equals("forward")
                    && chain.policy().equals("drop")
                    && List.of("ip6", "inet").contains(chain.family());
            boolean named = firewall.rules().stream()
                    .anyMatch(rule -> rule.family().equals(chain.family())
                            && rule.table().equals(chain.table())
                            && rule.matches().stream()
                                    .anyMatch(match -> match.what().equals("iifname") && match.names(fan.bridge())));
            if (drops && !named && !host.ipv6().devices().isEmpty()) {
                findings.add(Finding.of(
                                Code.FORWARD_DROP,
                                fan.overlay().toString(),
                                "the firewall drops the IPv6 that containers send to outside",
                                List.of("chain " + chain + " has policy drop and no rule lets " + fan.bridge()
                                        + " pass"),
                                ipv6Fix(chain, fan.bridge()))
                        .as(Severity.WARNING));
            }
        }
    }

    private static String ipv6Fix(Firewall.Chain chain, String bridge) {
        if (chain.toString().equals("ip6 filter FORWARD")) {
            return "ip6tables -I FORWARD -i " + bridge + " -j ACCEPT && ip6tables -I FORWARD -o " + bridge
                    + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
        }
        return "nft insert rule " + chain + " iifname " + bridge + " accept && nft insert rule " + chain + " oifname "
                + bridge + " ct state established,related accept";
    }

    /** Whatever comes over the fan. */
    private static FirewallWalk.Packet anything(Fan fan) {
        return new FirewallWalk.Packet(
                Optional.of(outside(fan)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false);
    }

    /** Whether frames between the ports of a bridge pass the chains of IPv4 (br_netfilter). */
    static boolean bridgedFramesAreFiltered() {
        return Sysctl.isOn("net/bridge/bridge-nf-call-iptables");
    }

    /** Whether the first packet of a container's connection is dropped for certain, by a rule or by the policy. */
    private static void forward(Firewall firewall, Firewall.Chain chain, Fan fan, HealthHost host, Findings findings) {
        List<FirewallWalk.Hit> hits = new ArrayList<>();
        for (FirewallWalk.Packet packet : connections(chain, fan, host)) {
            FirewallWalk.Outcome outcome = new FirewallWalk(firewall, packet).through(chain);
            if (outcome.accepts()) {
                return;
            }
            hits.addAll(outcome.hits());
        }
        if (hits.stream().anyMatch(hit -> dropped(hit, fan).isPresent())) {
            // That is a finding of its own.
            return;
        }
        String evidence = hits.isEmpty()
                ? "chain " + chain + " has policy drop and no rule lets " + outside(fan) + " pass"
                : "nft: " + hits.get(hits.size() - 1) + ", and no rule before it lets " + outside(fan) + " pass";
        boolean all = chain.family().equals("bridge") || eatsTheFan(fan);
        findings.add(forwardDrop(fan, all, evidence, fix(chain, fan)));
    }

    /** Whether a rule that names the fan's bridge keeps containers from the outside, such as one of DOCKER-USER's. */
    private static void toTheOutside(
            Firewall firewall, Firewall.Chain chain, Fan fan, HealthHost host, Findings findings) {
        if (chain.family().equals("bridge")) {
            return;
        }
        List<FirewallWalk.Hit> hits = new ArrayList<>();
        for (Ipv4Address address : fan.underlayAddresses()) {
            Optional<String> device = host.holder(address).map(LinkState::name);
            FirewallWalk.Packet packet = new FirewallWalk.Packet(
                    Optional.of(fan.bridge()),
                    device,
                    Optional.of(fan.overlay()),
                    Optional.empty(),
                    Optional.of("tcp"),
                    OptionalInt.empty(),
                    true);
            FirewallWalk.Outcome outcome = new FirewallWalk(firewall, packet).through(chain);
            if (outcome.accepts()) {
                return;
            }
            hits.addAll(outcome.hits());
        }
        hits.removeIf(hit -> dropped(hit, fan).isPresent() || !names(hit, fan.bridge()));
        if (!hits.isEmpty()) {
            FirewallWalk.Hit hit = hits.get(hits.size() - 1);
            findings.add(forwardDrop(fan, false, "nft: " + hit, hit.last().removal()));
        }
    }

    private static boolean names(FirewallWalk.Hit hit, String bridge) {
        return hit.path().stream()
                .flatMap(rule -> rule.matches().stream())
                .anyMatch(match -> match.what().equals("iifname") && match.isEqual() && match.names(bridge));
    }

    /** New TCP connections of containers as the chain sees them: to other hosts, where these pass it, else to the world. */
    private static List<FirewallWalk.Packet> connections(Firewall.Chain chain, Fan fan, HealthHost host) {
        List<Optional<String>> outs = new ArrayList<>(List.of(Optional.of(fan.bridge())));
        Optional<String> in = Optional.of(outside(fan));
        if (chain.family().equals("bridge")) {
            // There they have the names of the bridge's ports.
            in = Optional.empty();
            outs = List.of(Optional.empty());
        } else if (!eatsTheFan(fan)) {
            for (Ipv4Address address : fan.underlayAddresses()) {
                outs = with(outs, host.holder(address).map(LinkState::name));
            }
        }
        List<FirewallWalk.Packet> packets = new ArrayList<>();
        for (Optional<String> out : outs) {
            packets.add(new FirewallWalk.Packet(
                    in,
                    out,
                    Optional.of(fan.overlay()),
                    Optional.empty(),
                    Optional.of("tcp"),
                    OptionalInt.empty(),
                    true));
        }
        return packets;
    }

    private static <T> List<T> with(List<T> list, T one) {
        List<T> longer = new ArrayList<>(list);
        longer.add(one);
        return longer;
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
        return switch (fan.delivery()) {
            case BRIDGED -> fan.bridge();
            case ROUTED -> fan.tunnel();
        };
    }

    /** Whether packets between hosts pass the chains of IPv4, and not only those that leave the overlay. */
    static boolean eatsTheFan(Fan fan) {
        return fan.delivery() == Delivery.ROUTED || bridgedFramesAreFiltered();
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
        if (chain.table().equals("firewalld")) {
            // Its table may be its own, so that the kernel refuses rules of others.
            return zone(fan);
        }
        return "nft insert rule " + chain + " iifname " + in + " oifname " + bridge + " accept";
    }

    /**
     * Docker puts each bridge that it has into the zone "docker", which it makes, and refuses a bridge that is in another one. So the
     * fan's bridge goes there whether Docker is here or comes later.
     */
    private static String zone(Fan fan) {
        String permanent = "firewall-cmd --permanent --zone=docker ";
        String devices = "--add-interface=" + fan.bridge();
        if (!outside(fan).equals(fan.bridge())) {
            devices += " --add-interface=" + outside(fan);
        }
        return "firewall-cmd --permanent --get-zones | grep -qw docker || firewall-cmd --permanent --new-zone=docker; "
                + permanent + "--set-target=ACCEPT && " + permanent + devices + " && firewall-cmd --reload";
    }

    /** Whether the tunnel's packets are dropped for certain when they come in. */
    private static void input(HealthHost host, Firewall firewall, Firewall.Chain chain, Fan fan, Findings findings) {
        if (chain.family().equals("bridge") || fan.underlayAddresses().isEmpty()) {
            return;
        }
        OptionalInt port = fan.transport().udpPort();
        List<FirewallWalk.Hit> hits = new ArrayList<>();
        for (Ipv4Address address : fan.underlayAddresses()) {
            FirewallWalk.Packet packet = new FirewallWalk.Packet(
                    host.holder(address).map(LinkState::name).filter(name -> !name.equals("lo")),
                    Optional.empty(),
                    Optional.of(fan.mapping().underlay()),
                    Optional.empty(),
                    Optional.of(port.isPresent() ? "udp" : "ipencap"),
                    port,
                    true);
            FirewallWalk.Outcome outcome = new FirewallWalk(firewall, packet).through(chain);
            if (outcome.accepts()) {
                return;
            }
            hits.addAll(outcome.hits());
        }
        String what = port.isPresent() ? "udp dport " + port.getAsInt() : "ip protocol 4";
        String evidence = hits.isEmpty()
                ? "chain " + chain + " has policy drop and no rule accepts " + what
                : "nft: " + hits.get(hits.size() - 1) + ", and no rule before it accepts " + what;
        findings.add(Finding.of(
                Code.TUNNEL_PORT_CLOSED,
                fan.overlay().toString(),
                "the firewall has no rule that lets other hosts in to the tunnel's "
                        + (port.isPresent() ? "UDP port " + port.getAsInt() : "IP protocol 4"),
                List.of(evidence),
                opening(chain, fan, port, what)));
    }

    private static String opening(Firewall.Chain chain, Fan fan, OptionalInt port, String what) {
        if (chain.table().equals("filter") && chain.family().equals("ip")) {
            return "iptables -I " + chain.name() + (port.isPresent() ? " -p udp --dport " + port.getAsInt() : " -p 4")
                    + " -s " + fan.mapping().underlay() + " -j ACCEPT";
        }
        if (chain.table().equals("firewalld")) {
            return "firewall-cmd --permanent "
                    + (port.isPresent() ? "--add-port=" + port.getAsInt() + "/udp" : "--add-protocol=4")
                    + " && firewall-cmd --reload";
        }
        return "nft insert rule " + chain + " " + what + " accept";
    }

    /** What the tunnel sends, and what comes for it before any routing: where all of it is dropped for certain. */
    private void tunnelsPackets(HealthHost host, Firewall firewall, Firewall.Chain chain, Fan fan, Findings findings) {
        boolean out = List.of("output", "postrouting", "egress").contains(chain.hook());
        boolean in = List.of("ingress", "prerouting").contains(chain.hook());
        if (!out && !in || chain.family().equals("bridge") || chain.family().equals("ip6")) {
            return;
        }
        OptionalInt port = fan.transport().udpPort();
        Ipv4Prefix there = peers(fan);
        List<FirewallWalk.Hit> hits = new ArrayList<>();
        List<String> devices = new ArrayList<>();
        for (Ipv4Address address : fan.underlayAddresses()) {
            Optional<String> device = host.holder(address).map(LinkState::name).filter(name -> !name.equals("lo"));
            if (!chain.devices().isEmpty()
                    && device.filter(chain.devices()::contains).isEmpty()) {
                return;
            }
            Optional<Ipv4Prefix> here = Optional.of(Ipv4Prefix.containing(address, 32));
            FirewallWalk.Packet packet = new FirewallWalk.Packet(
                    out ? Optional.empty() : device,
                    out ? device : Optional.empty(),
                    out ? here : Optional.of(there),
                    out ? Optional.of(there) : here,
                    Optional.of(port.isPresent() ? "udp" : "ipencap"),
                    port,
                    true);
            FirewallWalk.Outcome outcome = new FirewallWalk(firewall, packet).through(chain);
            if (outcome.accepts()) {
                return;
            }
            hits.addAll(outcome.hits());
            device.ifPresent(devices::add);
        }
        if (fan.underlayAddresses().isEmpty()) {
            return;
        }
        String what = port.isPresent() ? "UDP port " + port.getAsInt() : "IP protocol 4";
        findings.add(Finding.of(
                        Code.TUNNEL_PORT_CLOSED,
                        fan.overlay().toString(),
                        out
                                ? "this host's firewall drops what its tunnel sends (" + what + ")"
                                : "this host's firewall drops what comes for its tunnel (" + what + ")",
                        List.of(
                                hits.isEmpty()
                                        ? "chain " + chain + " (" + chain.hook()
                                                + ") has policy drop and no rule accepts it"
                                        : "nft: " + hits.get(hits.size() - 1) + " (" + chain.hook() + ")"),
                        hits.isEmpty()
                                ? "nft insert rule " + chain + " "
                                        + (port.isPresent() ? "udp dport " + port.getAsInt() : "ip protocol 4")
                                        + " accept"
                                : hits.get(hits.size() - 1).last().removal())
                .as(Severity.ERROR));
    }

    /** The hosts that are meant: the one that is tested, or all of the underlay. */
    private Ipv4Prefix peers(Fan fan) {
        Ipv4Prefix all = fan.mapping().underlay();
        if (peer.isEmpty()) {
            return all;
        }
        Ipv4Address address = peer.get();
        Ipv4Address outer = fan.overlay().contains(address) ? fan.mapping().owner(address) : address;
        return all.contains(outer) ? Ipv4Prefix.containing(outer, 32) : all;
    }

    /** Chains that are bound to a device of the fan, and let nothing through it. */
    private static void deviceOfTheFan(Firewall firewall, Firewall.Chain chain, Fan fan, Findings findings) {
        for (String device : List.of(fan.bridge(), fan.tunnel())) {
            if (!chain.devices().contains(device)) {
                continue;
            }
            FirewallWalk.Packet packet = new FirewallWalk.Packet(
                    Optional.of(device),
                    Optional.of(device),
                    Optional.of(fan.overlay()),
                    Optional.of(fan.overlay()),
                    Optional.of("tcp"),
                    OptionalInt.empty(),
                    true);
            FirewallWalk.Outcome outcome = new FirewallWalk(firewall, packet).through(chain);
            if (!outcome.accepts()) {
                findings.add(Finding.of(
                        Code.FIREWALL_DROP,
                        fan.overlay().toString(),
                        "a chain of " + device + " drops the fan's packets",
                        List.of(
                                outcome.hits().isEmpty()
                                        ? "chain " + chain + " (" + chain.hook() + ") has policy drop"
                                        : "nft: " + outcome.hits().get(0)),
                        outcome.hits().isEmpty()
                                ? "nft delete chain " + chain
                                : outcome.hits().get(0).last().removal()));
            }
        }
    }

    /** Rules that drop by address: Docker's for its containers in raw PREROUTING, and those against "bogons". */
    private static void addresses(FirewallWalk anything, Firewall.Chain chain, Fan fan, Findings findings) {
        for (FirewallWalk.Hit hit : anything.through(chain).hits()) {
            dropped(hit, fan).ifPresent(network -> findings.add(finding(fan, hit, network)));
        }
    }

    /** The part of the overlay, or what contains it, by which a rule drops; empty where it does not go by an address of ours. */
    private static Optional<Ipv4Prefix> dropped(FirewallWalk.Hit hit, Fan fan) {
        for (Firewall.Rule rule : hit.path()) {
            for (Firewall.Match match : rule.matches()) {
                boolean address =
                        match.what().equals("ip saddr") || match.what().equals("ip daddr");
                for (Ipv4Prefix network : address && match.isEqual() ? match.networks() : List.<Ipv4Prefix>of()) {
                    if (network.overlaps(fan.overlay())) {
                        return Optional.of(network);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Finding finding(Fan fan, FirewallWalk.Hit hit, Ipv4Prefix network) {
        Firewall.Rule rule = hit.last();
        boolean classE = network.contains(fan.overlay()) && OverlapCheck.CLASS_E.contains(fan.overlay());
        return Finding.of(
                classE ? Code.CLASS_E : Code.FIREWALL_DROP,
                fan.overlay().toString(),
                classE
                        ? "a firewall rule drops " + network + ", in which the overlay lies"
                        : "a firewall rule drops packets of " + network + ", which is in the overlay",
                List.of("nft: " + hit),
                rule.removal());
    }
}
