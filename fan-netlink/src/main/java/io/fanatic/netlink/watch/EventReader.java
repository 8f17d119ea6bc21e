package io.fanatic.netlink.watch;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.firewall.OwnTable;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.LinkReader;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.RouteReader;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Turns what the kernel tells into words, where it concerns a fan; most of it does not. */
final class EventReader {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_NEWRULE = 32;
    private static final int RTM_DELRULE = 33;
    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_NEWNETCONF = 80;
    private static final int RTM_NEWTUNNEL = 120;
    private static final int RTM_DELTUNNEL = 121;

    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int IFINFOMSG_LENGTH = 16;
    private static final int IFLA_PROTINFO = 12;
    private static final int RTPROT_KERNEL = 2;
    /** The scope of addresses that are valid beyond their link and host. */
    private static final int UNIVERSE = 0;

    private static final int RTN_LOCAL = 2;
    private static final int RTN_BROADCAST = 3;
    private static final int NETCONFMSG_LENGTH = 1;
    private static final int NETCONFA_IFINDEX = 1;
    private static final int NETCONFA_FORWARDING = 2;
    private static final int ALL_DEVICES = -1;
    private static final int DEVICES_TO_COME = -2;

    private static final int NFNL_SUBSYS_NFTABLES = 10;
    private static final int NFGENMSG_LENGTH = 4;
    private static final int NFT_MSG_DELTABLE = 2;
    private static final int NFT_MSG_NEWCHAIN = 3;
    private static final int NFT_MSG_DELCHAIN = 5;
    private static final int NFT_MSG_NEWRULE = 6;
    private static final int NFT_MSG_DELRULE = 8;
    private static final int NFT_MSG_NEWGEN = 15;
    /** By nfgenmsg's number. */
    private static final Map<Integer, String> FAMILIES =
            Map.of(1, "inet", AF_INET, "ip", 3, "arp", 5, "netdev", 7, "bridge", AF_INET6, "ip6");

    /** Of a table its name; of a chain, a rule, a set the table's. */
    private static final int NFTA_TABLE = 1;

    private static final int NFTA_RULE_CHAIN = 2;
    private static final int NFTA_CHAIN_NAME = 3;

    /** Of iptables: where forwarded packets are dropped, and where rules of ours let the fan's pass. */
    private static final Set<String> FORWARDING_CHAINS = Set.of("FORWARD", "DOCKER-USER");

    private final Scope scope;
    private final Consumer<String> events;
    private final Consumer<String> rulesOfOthers;

    /**
     * @param events is given those that concern the scope
     * @param rulesOfOthers is given changes of others' tables of nftables, which seldom do
     */
    EventReader(Scope scope, Consumer<String> events, Consumer<String> rulesOfOthers) {
        this.scope = scope;
        this.events = events;
        this.rulesOfOthers = rulesOfOthers;
    }

    /** A message of rtnetlink(7). */
    void route(Reply reply) {
        switch (reply.type()) {
            case RTM_NEWLINK, RTM_DELLINK -> link(reply);
            case RTM_NEWADDR, RTM_DELADDR -> address(reply);
            case RTM_NEWROUTE, RTM_DELROUTE -> routes(reply);
            case RTM_NEWRULE, RTM_DELRULE -> {
                if (scope.isFast()) {
                    events.accept("the policy rules changed");
                }
            }
            case RTM_NEWQDISC, RTM_DELQDISC, RTM_NEWTFILTER, RTM_DELTFILTER -> filters(reply);
            case RTM_NEWTUNNEL, RTM_DELTUNNEL ->
                device(reply.u32(4)).ifPresent(device -> events.accept("the VNI filter of " + device + " changed"));
            case RTM_NEWNETCONF -> forwarding(reply);
            default -> {
                // Nothing else comes in the groups that are joined, so far.
            }
        }
    }

    private Optional<String> device(int index) {
        return scope.device(index).map(Link::name);
    }

    private void link(Reply reply) {
        if (reply.u8(0) == AF_INET6) {
            ipv6(reply);
            return;
        }
        // A bridge tells of its ports as well (AF_BRIDGE); the device itself says the same.
        if (reply.u8(0) != AF_UNSPEC) {
            return;
        }
        List<Link> found = new ArrayList<>(1);
        new LinkReader().read(reply, found);
        Link now = found.get(0);
        Optional<Link> before = scope.device(now.index());
        if (reply.type() == RTM_DELLINK) {
            before.ifPresent(link -> events.accept(link.name() + " was deleted"));
            scope.remove(now.index());
        } else if (now.mtu() == 0) {
            // Wireless devices send events that have next to nothing in them.
            return;
        } else if (before.isPresent()) {
            scope.put(now);
            compare(before.get(), now);
        } else if (scope.isNamed(now.name())) {
            scope.put(now);
            events.accept(now.name() + " appeared");
        }
    }

    /** IPv6 tells of a device by itself when it is switched on or off there. */
    private void ipv6(Reply reply) {
        Optional<Link> device = scope.device(reply.u32(4)).filter(link -> scope.isNamed(link.name()));
        Attributes attributes = reply.attributes(IFINFOMSG_LENGTH);
        while (device.isPresent() && attributes.next()) {
            if (attributes.type() == IFLA_PROTINFO
                    && LinkReader.isIpv6On(attributes.nested()) != device.get().ipv6()) {
                events.accept("IPv6 was switched " + (device.get().ipv6() ? "off" : "on") + " on "
                        + device.get().name());
            }
        }
    }

    private void compare(Link before, Link now) {
        if (!before.name().equals(now.name())) {
            events.accept(before.name() + " is called " + now.name() + " now");
        }
        if (before.mtu() != now.mtu()) {
            events.accept(now.name() + " has MTU " + now.mtu() + " now, had " + before.mtu());
        }
        if (before.up() != now.up()) {
            events.accept(now.name() + " was set " + (now.up() ? "up" : "down"));
        }
        if (before.master() != now.master()) {
            events.accept(now.name()
                    + (now.master() == 0 ? " was taken out of its bridge" : " became a port of another device"));
        }
        if (!before.mac().equals(now.mac())) {
            events.accept(now.name() + " has the MAC address " + now.mac() + " now");
        }
        if (before.spanningTree() != now.spanningTree()) {
            events.accept(
                    now.name() + (now.spanningTree() ? " runs" : " no longer runs") + " the spanning tree protocol");
        }
        if (!before.alias().equals(now.alias())) {
            events.accept(now.name() + " has another alias now");
        }
    }

    private void address(Reply reply) {
        List<InterfaceAddress> found = new ArrayList<>(1);
        new Addresses.Reader().read(reply, found);
        InterfaceAddress address = found.get(0);
        Optional<String> device = device(address.index());
        // By any device with an address answers may come that are for containers.
        if (address.address().family() == IpFamily.IPV6
                && (address.scope() != UNIVERSE || device.filter(scope::isNamed).isEmpty())) {
            return;
        }
        if (device.isPresent() || scope.isUnderlay(address.address()) || address.scope() == UNIVERSE) {
            events.accept(address.address() + "/" + address.prefixLength()
                    + (reply.type() == RTM_NEWADDR ? " was added to " : " was removed from ")
                    + device.orElse(address.label().isEmpty() ? "another device" : address.label()));
        }
    }

    private void routes(Reply reply) {
        if (reply.u8(0) != AF_INET && reply.u8(0) != AF_INET6) {
            return;
        }
        List<Route> found = new ArrayList<>(1);
        new RouteReader().read(reply, found);
        Route route = found.get(0);
        boolean mirrorsAnAddress =
                route.protocol() == RTPROT_KERNEL || route.type() == RTN_LOCAL || route.type() == RTN_BROADCAST;
        boolean concerns = route.destination().family() == IpFamily.IPV6
                ? scope.isIpv6Overlay(route.destination()) || route.isDefault() && scope.hasIpv6Overlay()
                : route.isDefault()
                        || scope.overlaps(route.destination())
                        || scope.isFast() && scope.overlapsUnderlay(route.destination());
        if (!mirrorsAnAddress && concerns) {
            String which = route.isDefault() ? "the default route" : "the route to " + route.destination();
            events.accept(which + (reply.type() == RTM_NEWROUTE ? " was set" : " was removed"));
        }
    }

    private void filters(Reply reply) {
        device(reply.u32(4))
                .filter(device -> scope.isNamed(device) || scope.isFast())
                .ifPresent(device -> events.accept("the filters of " + device + " changed"));
    }

    private void forwarding(Reply reply) {
        int device = 0;
        int forwarding = 0;
        boolean told = false;
        Attributes attributes = reply.attributes(NETCONFMSG_LENGTH);
        while (attributes.next()) {
            if (attributes.type() == NETCONFA_IFINDEX) {
                device = attributes.u32();
            } else if (attributes.type() == NETCONFA_FORWARDING) {
                forwarding = attributes.u32();
                told = true;
            }
        }
        int now = forwarding;
        if (told && reply.u8(0) == AF_INET6 && (device == ALL_DEVICES || device == DEVICES_TO_COME)) {
            String which = device == ALL_DEVICES ? "all" : "default";
            events.accept("net.ipv6.conf." + which + ".forwarding is " + now + " now");
        }
        if (!told || reply.u8(0) != AF_INET) {
            return;
        }
        if (device == ALL_DEVICES) {
            events.accept("net.ipv4.ip_forward is " + now + " now");
        } else {
            device(device).ifPresent(name -> events.accept("net.ipv4.conf." + name + ".forwarding is " + now + " now"));
        }
    }

    /** A message of nfnetlink. */
    void netfilter(Reply reply) {
        int message = reply.type() & 0xff;
        if (reply.type() >> 8 != NFNL_SUBSYS_NFTABLES || message == NFT_MSG_NEWGEN) {
            return;
        }
        String family = FAMILIES.getOrDefault(reply.u8(0), "");
        String table = "";
        String chain = "";
        boolean aboutChain = message == NFT_MSG_NEWCHAIN || message == NFT_MSG_DELCHAIN;
        Attributes attributes = reply.attributes(NFGENMSG_LENGTH);
        while (attributes.next()) {
            if (attributes.type() == NFTA_TABLE) {
                table = attributes.string();
            } else if (attributes.type() == (aboutChain ? NFTA_CHAIN_NAME : NFTA_RULE_CHAIN)
                    && (aboutChain || message == NFT_MSG_NEWRULE || message == NFT_MSG_DELRULE)) {
                chain = attributes.string();
            }
        }
        if (OwnTable.PLACES.contains(family + " " + table)) {
            // Not every event has the comment that says whose the table is; the look that follows reads it.
            events.accept("the nftables table " + table + (message == NFT_MSG_DELTABLE ? " was deleted" : " changed"));
        } else if (table.equals("filter") && family.equals("ip") && FORWARDING_CHAINS.contains(chain)) {
            events.accept("the chain " + chain + " of iptables changed");
        } else if (scope.isFast() && !table.isEmpty()) {
            // Any rule may be one that packets on the fast path do not meet.
            rulesOfOthers.accept("the nftables table " + table + " changed");
        }
    }

    /** A message about IPsec's policies. */
    void ipsec(Reply reply) {
        if (scope.isFast()) {
            events.accept("the IPsec policies changed");
        }
    }

    /** A program that the kernel has freed. */
    void program(int id) {
        scope.deviceOf(id).ifPresent(device -> events.accept("an eBPF program of " + device + " was taken away"));
    }
}
